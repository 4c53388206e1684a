import type { ApiKey, ApiKeyUse } from '../../../domain/api-key.ts';
import { apiKeys } from '../../tables/api-keys.ts';
import type { SqliteConnection } from '../connection.ts';
import { upsertSql, valuesOf } from '../described.ts';

const saveApiKeySql = upsertSql(apiKeys);
const apiKeyValues = valuesOf(apiKeys);
const saveUseSql = `UPDATE api_keys SET last_used_at_ms = ?
     WHERE prefix = ? AND (last_used_at_ms IS NULL OR last_used_at_ms < ?)`;

export function saveApiKey(connection: SqliteConnection, key: ApiKey): void {
  connection.run(saveApiKeySql, ...apiKeyValues(key));
}

export function saveApiKeyUse(connection: SqliteConnection, { prefix, usedAtMs }: ApiKeyUse): void {
  connection.run(saveUseSql, usedAtMs, prefix, usedAtMs);
}

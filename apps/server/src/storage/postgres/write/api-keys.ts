import type { ApiKey, ApiKeyUse } from '../../../domain/api-key.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { apiKeys } from '../../tables/api-keys.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveApiKeysSql = upsertSql(apiKeys);
const apiKeyRecord = recordOf(apiKeys);
const saveUsesSql = `UPDATE api_keys SET last_used_at_ms = w.used_at_ms
  FROM json_to_recordset($2) AS w (prefix text, used_at_ms bigint)
  WHERE api_keys.tenant = $1 AND api_keys.prefix = w.prefix
    AND (api_keys.last_used_at_ms IS NULL OR api_keys.last_used_at_ms < w.used_at_ms)`;

export async function saveApiKeys(statements: StatementRunner, keys: readonly ApiKey[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((key) => apiKeyRecord({ operator: adminTenant }, key));
  await statements.rows(saveApiKeysSql, [json(rows)]);
}

export async function saveApiKeyUses(statements: StatementRunner, uses: readonly ApiKeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  const rows = uses.map(({ prefix, usedAtMs }) => ({ prefix, used_at_ms: usedAtMs }));
  await statements.rows(saveUsesSql, [adminTenant, json(rows)]);
}

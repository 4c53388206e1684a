import type { ApiKey } from '../../../domain/api-key.ts';
import type { ApiKeyBooks } from '../../../reads/books/api-keys.ts';
import { apiKeys } from '../../tables/api-keys.ts';
import { bytes, integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(apiKeys);
const parseApiKey = parserOf(apiKeys);

const loadApiKeyByPrefixSql = `SELECT ${columns} FROM api_keys WHERE prefix = ?`;
const loadApiKeyByDigestSql = `SELECT ${columns} FROM api_keys WHERE digest = ?`;
const loadApiKeysAfterSql = `SELECT ${columns} FROM api_keys
     WHERE prefix > ? AND (? OR revoked_at_ms IS NULL) ORDER BY prefix LIMIT ? OFFSET ?`;
const loadUncheckedSql = 'SELECT 1 FROM api_keys WHERE has_checksum = 0 AND revoked_at_ms IS NULL LIMIT 1';
const countApiKeysSql = 'SELECT count(*) AS keys FROM api_keys WHERE revoked_at_ms IS NULL';
export const countOfTenantSql =
  'SELECT count(*) AS keys FROM api_keys WHERE tenant = ? AND revoked_at_ms IS NULL';

export function loadApiKeyByPrefix(connection: SqliteConnection, prefix: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByPrefixSql, prefix);
  return row && parseApiKey(row);
}

function loadApiKeyByDigest(connection: SqliteConnection, digest: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByDigestSql, bytes(digest));
  return row && parseApiKey(row);
}

/** Keys after a prefix, in the order of their prefixes, without the first `skipped`. */
function loadApiKeysAfter(
  connection: SqliteConnection,
  after: string,
  limit: number,
  skipped: number,
  includesRevoked: boolean,
): ApiKey[] {
  return connection.all(loadApiKeysAfterSql, after, includesRevoked ? 1 : 0, limit, skipped).map(parseApiKey);
}

/** Whether a key that is not revoked has no checksum. */
function hasUncheckedApiKeys(connection: SqliteConnection): boolean {
  return connection.get(loadUncheckedSql) !== undefined;
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
function countApiKeys(connection: SqliteConnection, tenant: string | undefined): number {
  const row =
    tenant === undefined ? connection.get(countApiKeysSql) : connection.get(countOfTenantSql, tenant);
  return row === undefined ? 0 : integer(row, 'keys');
}

export function apiKeyReads(read: Read): ApiKeyBooks {
  return {
    apiKeyByDigest: (digest) => read((connection) => loadApiKeyByDigest(connection, digest)),
    apiKeysAfter: (after, limit, skipped, includesRevoked) =>
      read((connection) => loadApiKeysAfter(connection, after, limit, skipped, includesRevoked)),
    hasUncheckedApiKeys: () => read(hasUncheckedApiKeys),
    countApiKeys: (tenant) => read((connection) => countApiKeys(connection, tenant)),
  };
}

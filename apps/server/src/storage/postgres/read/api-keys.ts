import type { ApiKey } from '../../../domain/api-key.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import type { ApiKeyBooks } from '../../../reads/books/api-keys.ts';
import { apiKeys } from '../../tables/api-keys.ts';
import { bytea, integer } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const columns = selectList(apiKeys);
const parseApiKey = parserOf(apiKeys);

const loadByPrefixesSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND prefix = ANY ($2)`;
const loadByDigestSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND digest = $2`;
const loadAfterSql = `SELECT ${columns} FROM api_keys
  WHERE tenant = $1 AND prefix > $2 AND ($5 OR revoked_at_ms IS NULL) ORDER BY prefix LIMIT $3 OFFSET $4`;
const loadUncheckedSql = `SELECT 1 AS found FROM api_keys
  WHERE tenant = $1 AND NOT has_checksum AND revoked_at_ms IS NULL LIMIT 1`;
const countSql = 'SELECT count(*) AS keys FROM api_keys WHERE tenant = $1 AND revoked_at_ms IS NULL';
const countOfTenantSql =
  'SELECT count(*) AS keys FROM api_keys WHERE tenant = $1 AND names_tenant = $2 AND revoked_at_ms IS NULL';

export async function loadApiKeys(
  connection: StatementRunner,
  prefixes: readonly string[],
): Promise<ApiKey[]> {
  return (await connection.rows(loadByPrefixesSql, [adminTenant, prefixes])).map(parseApiKey);
}

export async function loadApiKeyByDigest(
  connection: StatementRunner,
  digest: string,
): Promise<ApiKey | undefined> {
  const [row] = await connection.rows(loadByDigestSql, [adminTenant, bytea(digest)]);
  return row && parseApiKey(row);
}

/** Keys after a prefix, in the order of their prefixes, without the first `skipped`. */
async function loadApiKeysAfter(
  connection: StatementRunner,
  after: string,
  limit: number,
  skipped: number,
  includesRevoked: boolean,
): Promise<ApiKey[]> {
  const rows = await connection.rows(loadAfterSql, [adminTenant, after, limit, skipped, includesRevoked]);
  return rows.map(parseApiKey);
}

/** Whether a key that is not revoked has no checksum. */
async function hasUncheckedApiKeys(connection: StatementRunner): Promise<boolean> {
  return (await connection.rows(loadUncheckedSql, [adminTenant])).length > 0;
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
async function countApiKeys(connection: StatementRunner, tenant: string | undefined): Promise<number> {
  const [row] =
    tenant === undefined
      ? await connection.rows(countSql, [adminTenant])
      : await connection.rows(countOfTenantSql, [adminTenant, tenant]);
  return row === undefined ? 0 : integer(row, 'keys');
}

export function apiKeyReads(reader: Reader): Omit<ApiKeyBooks, 'apiKeyByDigest'> {
  return {
    apiKeysAfter: (after, limit, skipped, includesRevoked) =>
      reader.read((connection) => loadApiKeysAfter(connection, after, limit, skipped, includesRevoked)),
    hasUncheckedApiKeys: () => reader.read(hasUncheckedApiKeys),
    countApiKeys: (tenant) => reader.read((connection) => countApiKeys(connection, tenant)),
  };
}

import type { ApiKey } from '../../domain/api-key.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { scopesText, storedScopes } from '../stored-scopes.ts';
import { bytea, hex, integer, integerOrAbsent, json, text, textOrAbsent } from './columns.ts';
import type { Connection, Row, Statements } from './connection.ts';

const columns =
  'digest, prefix, names_tenant, label, created_at_ms, revoked_at_ms, expires_at_ms, scopes, agent, service_id';

const loadByPrefixesSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND prefix = ANY ($2)`;
const loadByDigestSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND digest = $2`;
const loadAfterSql = `SELECT ${columns} FROM api_keys
  WHERE tenant = $1 AND prefix > $2 AND revoked_at_ms IS NULL ORDER BY prefix LIMIT $3 OFFSET $4`;
const countSql = `SELECT count(*) AS keys FROM api_keys
  WHERE tenant = $1 AND ($2::text IS NULL OR names_tenant = $2) AND revoked_at_ms IS NULL`;
const saveSql = `INSERT INTO api_keys (tenant, ${columns})
  SELECT $1, ${columns} FROM json_to_recordset($2) AS w (digest bytea, prefix text, names_tenant text, label text,
    created_at_ms bigint, revoked_at_ms bigint, expires_at_ms bigint, scopes text, agent text, service_id text)
  ON CONFLICT (tenant, digest) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms,
    expires_at_ms = excluded.expires_at_ms`;

export async function loadApiKeys(connection: Connection, prefixes: readonly string[]): Promise<ApiKey[]> {
  return (await connection.rows(loadByPrefixesSql, [adminTenant, prefixes])).map(parseApiKey);
}

export async function loadApiKeyByDigest(
  connection: Connection,
  digest: string,
): Promise<ApiKey | undefined> {
  const [row] = await connection.rows(loadByDigestSql, [adminTenant, bytea(digest)]);
  return row && parseApiKey(row);
}

/** Keys that are not revoked, after a prefix, in the order of their prefixes, without the first `skipped`. */
export async function loadApiKeysAfter(
  connection: Connection,
  after: string,
  limit: number,
  skipped: number,
): Promise<ApiKey[]> {
  return (await connection.rows(loadAfterSql, [adminTenant, after, limit, skipped])).map(parseApiKey);
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
export async function countApiKeys(connection: Connection, tenant: string | undefined): Promise<number> {
  const [row] = await connection.rows(countSql, [adminTenant, tenant ?? null]);
  return row === undefined ? 0 : integer(row, 'keys');
}

export async function saveApiKeys(statements: Statements, keys: readonly ApiKey[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((key) => ({
    digest: bytea(key.digest),
    prefix: key.prefix,
    names_tenant: key.tenant,
    label: key.label,
    created_at_ms: key.createdAtMs,
    revoked_at_ms: key.revokedAtMs ?? null,
    expires_at_ms: key.expiresAtMs ?? null,
    scopes: scopesText(key.scopes),
    agent: key.agent ?? null,
    service_id: key.serviceId ?? null,
  }));
  await statements.rows(saveSql, [adminTenant, json(rows)]);
}

function parseApiKey(row: Row): ApiKey {
  return {
    digest: hex(row, 'digest'),
    prefix: text(row, 'prefix'),
    tenant: text(row, 'names_tenant'),
    label: text(row, 'label'),
    createdAtMs: integer(row, 'created_at_ms'),
    revokedAtMs: integerOrAbsent(row, 'revoked_at_ms'),
    expiresAtMs: integerOrAbsent(row, 'expires_at_ms'),
    scopes: storedScopes(textOrAbsent(row, 'scopes')),
    agent: textOrAbsent(row, 'agent'),
    serviceId: textOrAbsent(row, 'service_id'),
  };
}

import type { ApiKey, ApiKeyUse } from '../../../domain/api-key.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { addressesText, scopesText, storedAddresses, storedScopes } from '../../stored-key-rights.ts';
import { bytea, flag, hex, integer, integerOrAbsent, json, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

const columns =
  'digest, prefix, names_tenant, label, created_at_ms, revoked_at_ms, expires_at_ms, scopes, agent, service_id, allowed_addresses, last_used_at_ms, has_checksum';

const loadByPrefixesSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND prefix = ANY ($2)`;
const loadByDigestSql = `SELECT ${columns} FROM api_keys WHERE tenant = $1 AND digest = $2`;
const loadAfterSql = `SELECT ${columns} FROM api_keys
  WHERE tenant = $1 AND prefix > $2 AND ($5 OR revoked_at_ms IS NULL) ORDER BY prefix LIMIT $3 OFFSET $4`;
const saveUsesSql = `UPDATE api_keys SET last_used_at_ms = w.used_at_ms
  FROM json_to_recordset($2) AS w (prefix text, used_at_ms bigint)
  WHERE api_keys.tenant = $1 AND api_keys.prefix = w.prefix
    AND (api_keys.last_used_at_ms IS NULL OR api_keys.last_used_at_ms < w.used_at_ms)`;
const loadUncheckedSql = `SELECT 1 AS found FROM api_keys
  WHERE tenant = $1 AND NOT has_checksum AND revoked_at_ms IS NULL LIMIT 1`;
const countSql = 'SELECT count(*) AS keys FROM api_keys WHERE tenant = $1 AND revoked_at_ms IS NULL';
const countOfTenantSql =
  'SELECT count(*) AS keys FROM api_keys WHERE tenant = $1 AND names_tenant = $2 AND revoked_at_ms IS NULL';
const saveSql = `INSERT INTO api_keys (tenant, ${columns})
  SELECT $1, ${columns} FROM json_to_recordset($2) AS w (digest bytea, prefix text, names_tenant text, label text,
    created_at_ms bigint, revoked_at_ms bigint, expires_at_ms bigint, scopes text, agent text, service_id text,
    allowed_addresses text, last_used_at_ms bigint, has_checksum boolean)
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

/** Keys after a prefix, in the order of their prefixes, without the first `skipped`. */
export async function loadApiKeysAfter(
  connection: Connection,
  after: string,
  limit: number,
  skipped: number,
  includesRevoked: boolean,
): Promise<ApiKey[]> {
  const rows = await connection.rows(loadAfterSql, [adminTenant, after, limit, skipped, includesRevoked]);
  return rows.map(parseApiKey);
}

/** Whether a key that is not revoked has no checksum. */
export async function hasUncheckedApiKeys(connection: Connection): Promise<boolean> {
  return (await connection.rows(loadUncheckedSql, [adminTenant])).length > 0;
}

export async function saveApiKeyUses(statements: Statements, uses: readonly ApiKeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  const rows = uses.map(({ prefix, usedAtMs }) => ({ prefix, used_at_ms: usedAtMs }));
  await statements.rows(saveUsesSql, [adminTenant, json(rows)]);
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
export async function countApiKeys(connection: Connection, tenant: string | undefined): Promise<number> {
  const [row] =
    tenant === undefined
      ? await connection.rows(countSql, [adminTenant])
      : await connection.rows(countOfTenantSql, [adminTenant, tenant]);
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
    allowed_addresses: addressesText(key.allowedAddresses),
    last_used_at_ms: key.lastUsedAtMs ?? null,
    has_checksum: key.hasChecksum,
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
    allowedAddresses: storedAddresses(textOrAbsent(row, 'allowed_addresses')),
    lastUsedAtMs: integerOrAbsent(row, 'last_used_at_ms'),
    hasChecksum: flag(row, 'has_checksum'),
  };
}

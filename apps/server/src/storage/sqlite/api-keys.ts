import type { ApiKey } from '../../domain/api-key.ts';
import { scopesText, storedScopes } from '../stored-scopes.ts';
import { bytes, hex, integer, integerOrAbsent, text, textOrAbsent } from './columns.ts';
import type { Connection, Row } from './connection.ts';

const columns =
  'digest, prefix, tenant, label, created_at_ms, revoked_at_ms, expires_at_ms, scopes, agent, service_id';

const loadApiKeyByPrefixSql = `SELECT ${columns} FROM api_keys WHERE prefix = ?`;
const loadApiKeyByDigestSql = `SELECT ${columns} FROM api_keys WHERE digest = ?`;
const loadApiKeysAfterSql = `SELECT ${columns} FROM api_keys WHERE prefix > ? AND revoked_at_ms IS NULL ORDER BY prefix LIMIT ? OFFSET ?`;
const countApiKeysSql =
  'SELECT count(*) AS keys FROM api_keys WHERE tenant = coalesce(?, tenant) AND revoked_at_ms IS NULL';
const saveApiKeySql = `INSERT INTO api_keys (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (digest) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms, expires_at_ms = excluded.expires_at_ms`;

export function loadApiKeyByPrefix(connection: Connection, prefix: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByPrefixSql, prefix);
  return row && parseApiKey(row);
}

export function loadApiKeyByDigest(connection: Connection, digest: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByDigestSql, bytes(digest));
  return row && parseApiKey(row);
}

/** Keys that are not revoked, after a prefix, in the order of their prefixes, without the first `skipped`. */
export function loadApiKeysAfter(
  connection: Connection,
  after: string,
  limit: number,
  skipped: number,
): ApiKey[] {
  return connection.all(loadApiKeysAfterSql, after, limit, skipped).map(parseApiKey);
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
export function countApiKeys(connection: Connection, tenant: string | undefined): number {
  const row = connection.get(countApiKeysSql, tenant ?? null);
  return row === undefined ? 0 : integer(row, 'keys');
}

export function saveApiKey(connection: Connection, key: ApiKey): void {
  connection.run(
    saveApiKeySql,
    bytes(key.digest),
    key.prefix,
    key.tenant,
    key.label,
    key.createdAtMs,
    key.revokedAtMs ?? null,
    key.expiresAtMs ?? null,
    scopesText(key.scopes),
    key.agent ?? null,
    key.serviceId ?? null,
  );
}

function parseApiKey(row: Row): ApiKey {
  return {
    digest: hex(row, 'digest'),
    prefix: text(row, 'prefix'),
    tenant: text(row, 'tenant'),
    label: text(row, 'label'),
    createdAtMs: integer(row, 'created_at_ms'),
    revokedAtMs: integerOrAbsent(row, 'revoked_at_ms'),
    expiresAtMs: integerOrAbsent(row, 'expires_at_ms'),
    scopes: storedScopes(textOrAbsent(row, 'scopes')),
    agent: textOrAbsent(row, 'agent'),
    serviceId: textOrAbsent(row, 'service_id'),
  };
}

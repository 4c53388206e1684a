import type { ApiKey, ApiKeyUse } from '../../../domain/api-key.ts';
import { addressesText, scopesText, storedAddresses, storedScopes } from '../../stored-key-rights.ts';
import { bytes, hex, integer, integerOrAbsent, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns =
  'digest, prefix, tenant, label, created_at_ms, revoked_at_ms, expires_at_ms, scopes, agent, service_id, allowed_addresses, last_used_at_ms, has_checksum';

const loadApiKeyByPrefixSql = `SELECT ${columns} FROM api_keys WHERE prefix = ?`;
const loadApiKeyByDigestSql = `SELECT ${columns} FROM api_keys WHERE digest = ?`;
const loadApiKeysAfterSql = `SELECT ${columns} FROM api_keys
     WHERE prefix > ? AND (? OR revoked_at_ms IS NULL) ORDER BY prefix LIMIT ? OFFSET ?`;
const saveUseSql = `UPDATE api_keys SET last_used_at_ms = ?
     WHERE prefix = ? AND (last_used_at_ms IS NULL OR last_used_at_ms < ?)`;
const loadUncheckedSql = 'SELECT 1 FROM api_keys WHERE has_checksum = 0 AND revoked_at_ms IS NULL LIMIT 1';
const countApiKeysSql = 'SELECT count(*) AS keys FROM api_keys WHERE revoked_at_ms IS NULL';
export const countOfTenantSql =
  'SELECT count(*) AS keys FROM api_keys WHERE tenant = ? AND revoked_at_ms IS NULL';
const saveApiKeySql = `INSERT INTO api_keys (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (digest) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms, expires_at_ms = excluded.expires_at_ms`;

export function loadApiKeyByPrefix(connection: Connection, prefix: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByPrefixSql, prefix);
  return row && parseApiKey(row);
}

export function loadApiKeyByDigest(connection: Connection, digest: string): ApiKey | undefined {
  const row = connection.get(loadApiKeyByDigestSql, bytes(digest));
  return row && parseApiKey(row);
}

/** Keys after a prefix, in the order of their prefixes, without the first `skipped`. */
export function loadApiKeysAfter(
  connection: Connection,
  after: string,
  limit: number,
  skipped: number,
  includesRevoked: boolean,
): ApiKey[] {
  return connection.all(loadApiKeysAfterSql, after, includesRevoked ? 1 : 0, limit, skipped).map(parseApiKey);
}

/** Whether a key that is not revoked has no checksum. */
export function hasUncheckedApiKeys(connection: Connection): boolean {
  return connection.get(loadUncheckedSql) !== undefined;
}

export function saveApiKeyUse(connection: Connection, { prefix, usedAtMs }: ApiKeyUse): void {
  connection.run(saveUseSql, usedAtMs, prefix, usedAtMs);
}

/** Keys of a tenant, or of all tenants, that are not revoked. */
export function countApiKeys(connection: Connection, tenant: string | undefined): number {
  const row =
    tenant === undefined ? connection.get(countApiKeysSql) : connection.get(countOfTenantSql, tenant);
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
    addressesText(key.allowedAddresses),
    key.lastUsedAtMs ?? null,
    key.hasChecksum ? 1 : 0,
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
    allowedAddresses: storedAddresses(textOrAbsent(row, 'allowed_addresses')),
    lastUsedAtMs: integerOrAbsent(row, 'last_used_at_ms'),
    hasChecksum: integer(row, 'has_checksum') === 1,
  };
}

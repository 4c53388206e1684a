import { allScopes, type Scope } from '../../domain/api-key.ts';
import { coded, count, digest, fixed, flag, key, named, only, optional, table, text } from '../table.ts';

/** Scopes by their names, with a space between. */
const scopes = coded<readonly Scope[]>(
  (names) =>
    names.split(' ').map((name) => {
      const scope = allScopes.find((known) => known === name);
      // An unknown scope is a fault: the rights of a key must not be guessed.
      if (scope === undefined) throw new Error('an API key has a scope that this version does not know');
      return scope;
    }),
  (list) => list.join(' '),
);

/** IP addresses and ranges, with a space between. */
const addresses = coded<readonly string[]>(
  (list) => list.split(' '),
  (list) => list.join(' '),
);

/** API keys. On PostgreSQL they belong to the operator, and name their tenant. */
export const apiKeys = table({
  name: 'api_keys',
  place: { operator: only('postgres', named('tenant', text())) },
  columns: {
    digest: key(digest()),
    prefix: fixed(text()),
    tenant: fixed(named({ sqlite: 'tenant', postgres: 'names_tenant' }, text())),
    label: fixed(text()),
    createdAtMs: fixed(count()),
    revokedAtMs: optional(count()),
    expiresAtMs: optional(count()),
    scopes: fixed(optional(scopes)),
    agent: fixed(optional(text())),
    serviceId: fixed(optional(text())),
    allowedAddresses: fixed(optional(addresses)),
    lastUsedAtMs: fixed(optional(count())),
    hasChecksum: fixed(flag()),
  },
});

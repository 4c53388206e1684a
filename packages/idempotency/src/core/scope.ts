import { sha256 } from './digest.ts';

/**
 * The sender: the tenant of a recognized API key, otherwise the client's IP address; or the process itself, for work
 * that no request started. Keys live inside a scope.
 */
export type Caller =
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'ip'; readonly address: string }
  | { readonly kind: 'job'; readonly scope: string };

/** `tenantOf` returned neither a name nor `undefined`: all callers would share one scope. */
export class InvalidTenantError extends TypeError {
  readonly code = 'invalid_tenant';
}

const mustReturn = 'tenantOf must return a non-empty string or undefined, and returned ';

/**
 * The caller that `tenantOf` returned; `undefined` if it returned none.
 *
 * @throws {InvalidTenantError} if it is neither a non-empty string nor `undefined`
 */
export function parseTenant(tenant: unknown): Caller | undefined {
  if (tenant === undefined) return undefined;
  if (typeof tenant === 'string') {
    // UTF-8 encodes all lone surrogates in the same way, so two such tenants could have the same digest.
    if (tenant !== '' && tenant.isWellFormed()) return { kind: 'tenant', tenant };
    throw new InvalidTenantError(`${mustReturn}${tenant === '' ? 'an empty string' : 'a lone surrogate'}`);
  }
  throw new InvalidTenantError(
    `${mustReturn}${tenant === null ? 'null' : `a value of type ${typeof tenant}`}`,
  );
}

// Most requests come from recent callers.
const digests = new Map<string, string>();
const digestsMax = 1000;
const longestKept = 256;

/** The digest of a caller's scope: 16 bytes as 32 hexadecimal digits. Different kinds of callers never share a digest. */
export function scopeDigest(caller: Caller): string {
  const name = nameOf(caller);
  const known = digests.get(name);
  if (known !== undefined) return known;
  const digest = digestOf(name, caller);
  if (digests.size >= digestsMax) digests.clear();
  if (name.length <= longestKept) digests.set(name, digest);
  return digest;
}

function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'tenant':
      return `tenant:${caller.tenant}`;
    case 'ip':
      return `ip:${caller.address}`;
    case 'job':
      return `job:${caller.scope}`;
  }
}

function digestOf(name: string, caller: Caller): string {
  const spelled = caller.kind === 'ip' ? `ip:${normalizeAddress(caller.address)}` : name;
  return sha256(spelled).slice(0, 32);
}

/** One spelling for each address: IPv4 mapped into IPv6 is IPv4, and all loopback addresses are one caller. */
export function normalizeAddress(address: string): string {
  const zone = address.indexOf('%');
  const bare = (zone === -1 ? address : address.slice(0, zone)).toLowerCase();
  const canonical = bare.includes(':') ? canonicalIpv6(bare) : bare;
  if (canonical === '::1' || canonical.startsWith('127.')) return 'loopback';
  return canonical;
}

/** The spelling that URLs use for an IPv6 address (RFC 5952); IPv4 if it is mapped (RFC 4291, section 2.5.5.2). */
function canonicalIpv6(address: string): string {
  const url = `http://[${address}]`;
  if (!URL.canParse(url)) return address;
  const canonical = new URL(url).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped?.[1] === undefined || mapped[2] === undefined) return canonical;
  const high = Number.parseInt(mapped[1], 16);
  const low = Number.parseInt(mapped[2], 16);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

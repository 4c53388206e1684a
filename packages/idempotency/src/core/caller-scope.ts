import { isIP } from 'node:net';
import { withoutPort } from './client-address.ts';
import { sha256 } from './digest.ts';
import { type Caller, normalizeAddress, scopeDigest } from './scope.ts';

/**
 * The digest of the scope of a caller's keys. Callers by address are one if their network is.
 *
 * @param endpoint method and path, where each endpoint has separate keys
 * @param level that of an inner protection with separate records; 0 for all others
 */
export function callerScope(caller: Caller, endpoint?: string, level = 0): string {
  const scope = scopeOf(caller);
  const ofEndpoint = endpoint === undefined ? scope : sha256(`endpoint:${scope}:${endpoint}`).slice(0, 32);
  return level === 0 ? ofEndpoint : sha256(`inner:${level}:${ofEndpoint}`).slice(0, 32);
}

function scopeOf(caller: Caller): string {
  return caller.kind === 'ip' ? scopeOfAddress(caller.address) : scopeDigest(caller);
}

// Most requests come from recent clients, and to parse an address costs as much as a digest.
const byAddress = new Map<string, string>();
const addressesMax = 1000;
/** No address is longer, with its zone and its port; the text may be what a client sent. */
const addressLengthMax = 100;

function scopeOfAddress(address: string): string {
  const known = byAddress.get(address);
  if (known !== undefined) return known;
  const scope = scopeDigest({ kind: 'ip', address: networkOf(address) });
  if (byAddress.size >= addressesMax) byAddress.clear();
  if (address.length <= addressLengthMax) byAddress.set(address, scope);
  return scope;
}

/**
 * The network that represents a client: an IPv4 address, or the /64 of an IPv6 address, in which one device changes its
 * address at will (RFC 8981). The port is ignored. All link-local addresses are in one /64, so they count in full.
 */
export function networkOf(address: string): string {
  const canonical = normalizeAddress(withoutPort(address.trim()));
  if (isIP(canonical) !== 6) return canonical;
  const groups = groupsOf(canonical);
  const prefix = groups.slice(0, 4);
  const first = Number.parseInt(groups[0] ?? '', 16);
  if ((first & 0xffc0) === 0xfe80 || prefix.every((group) => group === '0')) return canonical;
  return translatedIpv4(groups) ?? `${prefix.join(':')}::/64`;
}

/** The eight groups of an address in canonical spelling. */
function groupsOf(canonical: string): readonly string[] {
  const [head = [], tail] = canonical.split('::').map((half) => (half === '' ? [] : half.split(':')));
  if (tail === undefined) return [...head];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail];
}

/** The IPv4 address of a client that arrives through a translator with the well-known prefix 64:ff9b::/96 (RFC 6052). */
function translatedIpv4(groups: readonly string[]): string | undefined {
  if (groups.slice(0, 6).join(':') !== '64:ff9b:0:0:0:0') return undefined;
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

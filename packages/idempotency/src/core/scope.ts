import { sha256 } from './digest.ts';

/** Who sends: the tenant of a recognized API key, else the client's IP address. Keys live inside a scope. */
export type Caller =
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'ip'; readonly address: string };

/** The digest of a caller's scope: 16 bytes as 32 hexadecimal digits. The two kinds never meet. */
export function scopeDigest(caller: Caller): string {
  switch (caller.kind) {
    case 'tenant':
      return sha256(`tenant:${caller.tenant}`).slice(0, 32);
    case 'ip':
      return sha256(`ip:${normalizeAddress(caller.address)}`).slice(0, 32);
  }
}

/** One spelling for one address: IPv4 mapped into IPv6 is IPv4, and all loopback addresses are one caller. */
export function normalizeAddress(address: string): string {
  const lower = address.toLowerCase();
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(lower)?.[1];
  if (v4 !== undefined) return v4.startsWith('127.') ? 'loopback' : v4;
  if (lower === '::1') return 'loopback';
  const zone = lower.indexOf('%');
  return zone < 0 ? lower : lower.slice(0, zone);
}

import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Why the server does not connect to a target. */
export class ForbiddenTarget extends Error {
  constructor(address: string) {
    super(`${address} is not a public address`);
    this.name = 'ForbiddenTarget';
  }
}

/**
 * Whether an address is one that anybody may reach: not private, link-local, loopback, of a cloud's metadata, nor one
 * that carries an IPv4 address inside (v4-mapped, NAT64, 6to4, Teredo).
 */
function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

/** What the operator allows as targets, besides https to public addresses. */
export interface TargetRules {
  /** http, without encryption */
  readonly allowsHttp: boolean;
  /** addresses that are not public */
  readonly allowsPrivate: boolean;
}

/** The fault of a webhook's URL. The address of a name is checked at each connection. */
export function targetFault(url: string, { allowsHttp, allowsPrivate }: TargetRules): string | undefined {
  if (!URL.canParse(url)) return 'is not a URL';
  const { protocol, username, password, hash } = new URL(url);
  if (protocol === 'http:' && !allowsHttp) {
    return 'must begin with https://: this server does not allow http (WEBHOOK_ALLOW_HTTP)';
  }
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not carry a user or a password';
  if (hash !== '') return 'must not carry a fragment';
  const literal = literalAddress(url);
  if (literal !== undefined && !allowsPrivate && !isPublicAddress(literal)) return 'is not a public address';
  return undefined;
}

/** The address that a URL names without a name; the URL standard has written every odd spelling of it out. */
function literalAddress(url: string): string | undefined {
  const { hostname } = new URL(url);
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(address) ? address : undefined;
}

/** Looks a name up the way that `node:dns` does. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for sockets that gives public addresses only. The socket connects to what was checked here: a name that
 * changes its address in between gains nothing.
 */
export function guardedLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const [first] = addresses;
      const forbidden = addresses.find(({ address }) => !isPublicAddress(address));
      if (forbidden !== undefined || first === undefined) {
        // One such address among others is refused too: it would be tried when the others do not answer.
        done(new ForbiddenTarget(forbidden?.address ?? hostname), []);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

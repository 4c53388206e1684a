import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isOtherServicesPort } from './ports.ts';

/** Why the server does not connect to a target. */
export class ForbiddenTarget extends Error {
  constructor(address: string) {
    super(`${address} is not a public address`);
    this.name = 'ForbiddenTarget';
  }
}

/** Global unicast of IPv6. Addresses outside it are special or contain an IPv4 address, such as `::127.0.0.1`. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Public according to the registries, but answered inside a cloud: the host of an Azure machine. */
const cloudAddresses: readonly string[] = ['168.63.129.16'];

/**
 * Whether an address is public according to the special-purpose registries of IANA: not private, link-local, loopback
 * or reserved, not the metadata service of a cloud, and not an IPv6 address that contains an IPv4 address (mapped,
 * compatible, NAT64, 6to4, Teredo).
 */
function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || cloudAddresses.includes(parsed.toString())) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}

/** What the operator allows as targets, in addition to https to public addresses. */
export interface TargetRules {
  /** http, without encryption */
  readonly allowsHttp: boolean;
  /** addresses that are not public */
  readonly allowsPrivate: boolean;
}

/** Whether a name always means this machine (RFC 6761, 6.3). */
function isLocalName(hostname: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(hostname);
}

/** The fault of a webhook's URL. The address of a name is checked at each connection. */
export function targetFault(url: string, { allowsHttp, allowsPrivate }: TargetRules): string | undefined {
  if (!URL.canParse(url)) return 'is not a URL';
  const { protocol, username, password, hash, port } = new URL(url);
  if (protocol === 'http:' && !allowsHttp) {
    return 'must begin with https://: this server does not allow http (WEBHOOK_ALLOW_HTTP)';
  }
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not carry a user or a password';
  if (hash !== '') return 'must not carry a fragment';
  if (isOtherServicesPort(port)) return `has port ${port}, which belongs to a service other than HTTP`;
  const literal = literalAddress(url);
  if (literal !== undefined && !allowsPrivate && !isPublicAddress(literal)) return 'is not a public address';
  return undefined;
}

/** The address in a URL without a name; the URL standard has normalized every odd spelling of it. */
function literalAddress(url: string): string | undefined {
  const { hostname } = new URL(url);
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(address) ? address : undefined;
}

/** Looks up a name, with the callback of `node:dns`. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for sockets that returns only public addresses. The socket connects to the address that was checked here, so
 * changing the name's address in between has no effect.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    if (isLocalName(hostname)) {
      done(new ForbiddenTarget(hostname), []);
      return;
    }
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const [first] = addresses;
      const forbidden = addresses.find(({ address }) => !isPublicAddress(address));
      if (forbidden !== undefined || first === undefined) {
        // One such address among others is refused, too: it would be tried if the others do not answer.
        done(new ForbiddenTarget(forbidden?.address ?? hostname), []);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

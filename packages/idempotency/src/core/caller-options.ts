import { clientAddress } from './client-address.ts';
import { type Caller, parseTenant } from './scope.ts';
import type { Awaitable } from './store.ts';

/**
 * Who sends a request: options of every adapter that knows the address of a client. `tenantOf` or `callers` must be
 * given.
 */
export interface CallerOptions<Request> {
  /**
   * The tenant of a request: a non-empty string, or `undefined` for a request without a tenant. Such a request is
   * refused, unless `callers` allows callers by address.
   */
  readonly tenantOf?: (request: Request) => Awaitable<string | undefined>;
  /**
   * `by-address`: a caller without a tenant is identified by the IP address of its client, as the framework knows it.
   * All clients in one network are then one caller, and a client that changes its network becomes another caller.
   */
  readonly callers?: 'by-address';
  /** how many proxies in front of this server append to `X-Forwarded-For`; by default the framework decides, or 0 */
  readonly trustedProxies?: number;
}

/** The names of those options. */
export const callerOptionNames = ['tenantOf', 'callers', 'trustedProxies'] as const;

/** The mistakes in those options, except that they are missing. */
export function callerOptionFaults({
  tenantOf,
  callers,
  trustedProxies,
}: CallerOptions<never>): readonly string[] {
  const faults: string[] = [];
  if (tenantOf !== undefined && typeof tenantOf !== 'function') faults.push('tenantOf must be a function');
  if (callers !== undefined && callers !== 'by-address') faults.push("callers must be 'by-address'");
  if (trustedProxies !== undefined && !(Number.isInteger(trustedProxies) && trustedProxies >= 0)) {
    faults.push('trustedProxies must be a whole number');
  }
  return faults;
}

/** The mistake of options that do not define who the callers are. */
export function unnamedCallersFault({ tenantOf, callers }: CallerOptions<never>): readonly string[] {
  if (tenantOf !== undefined || callers !== undefined) return [];
  return [
    "tenantOf must be given, or callers: 'by-address' if the address of a client is to be its name: keys belong to a caller",
  ];
}

/** What is known about the address of a client. */
export interface KnownAddress {
  /** the address at the other end of the connection; empty if it is not known */
  readonly peer: string;
  /** the address that the framework reports, by its own trust in proxies; `undefined` or empty if it reports none */
  readonly framework: string | undefined;
  /** all values of `X-Forwarded-For`, joined by commas */
  readonly forwardedFor: string | undefined;
}

/** The caller that an address identifies; `undefined` if no address is known. */
export function callerByAddress(
  { peer, framework, forwardedFor }: KnownAddress,
  trustedProxies: number | undefined,
): Caller | undefined {
  const address =
    trustedProxies === undefined ? framework || peer : clientAddress(peer, forwardedFor, trustedProxies);
  return address === '' ? undefined : { kind: 'ip', address };
}

/**
 * The caller that `tenantOf` or its absence identifies. `undefined` if no caller is known; then nothing is executed.
 *
 * @throws {InvalidTenantError} if the value cannot be a tenant
 */
export function namedCaller(tenant: unknown, byAddress: Caller | undefined): Caller | undefined {
  return parseTenant(tenant) ?? byAddress;
}

/** Headers in which a proxy names its client. */
const forwardedHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const;

/**
 * Whether a proxy names its client although no option says that the proxy is trusted: all its clients would then be one
 * caller.
 */
export function isForwardedUnheard(
  { peer, framework }: KnownAddress,
  trustedProxies: number | undefined,
  hasHeader: (name: string) => boolean,
): boolean {
  if (trustedProxies !== undefined) return false;
  return (framework || peer) === peer && forwardedHeaders.some(hasHeader);
}

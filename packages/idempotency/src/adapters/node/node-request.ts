import type { IncomingMessage } from 'node:http';
import { andThen } from '../../core/awaitable.ts';
import { clientAddress } from '../../core/client-address.ts';
import { isRequestId } from '../../core/request-head.ts';
import { type Caller, parseTenant } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';

/** Who sends, on Node: the options that every adapter on `node:http` has. */
export interface CallerOptions<Request> {
  /** the tenant of a recognized API key; without one, the caller is the client's IP address */
  readonly tenantOf?: (request: Request) => Awaitable<string | undefined>;
  /** how many proxies in front of this server append to `X-Forwarded-For`; 0 */
  readonly trustedProxies?: number;
}

/** The names of those options. */
export const callerOptionNames = ['tenantOf', 'trustedProxies'] as const;

/** The mistakes in those options. */
export function callerOptionFaults({ tenantOf, trustedProxies }: CallerOptions<never>): readonly string[] {
  const faults: string[] = [];
  if (tenantOf !== undefined && typeof tenantOf !== 'function') faults.push('tenantOf must be a function');
  if (trustedProxies !== undefined && !(Number.isInteger(trustedProxies) && trustedProxies >= 0)) {
    faults.push('trustedProxies must be a whole number');
  }
  return faults;
}

/**
 * The caller of a request, or `undefined` if nothing is known of it: then nothing may be executed. The kernel
 * forgets the address of a connection that was reset, and its retry would else come from another scope.
 *
 * @throws {InvalidTenantError} for what is no tenant
 * @throws what `tenantOf` throws
 */
export function callerOf<Request>(
  request: Request,
  raw: IncomingMessage,
  { tenantOf, trustedProxies = 0 }: CallerOptions<Request>,
): Awaitable<Caller | undefined> {
  const byAddress = callerByAddress(raw, trustedProxies);
  if (tenantOf === undefined) return byAddress;
  return andThen(tenantOf(request), (tenant) => parseTenant(tenant) ?? byAddress);
}

function callerByAddress(raw: IncomingMessage, trustedProxies: number): Caller | undefined {
  const forwarded = raw.headers['x-forwarded-for'];
  const forwardedFor = typeof forwarded === 'string' ? forwarded : forwarded?.join(',');
  const address = clientAddress(raw.socket.remoteAddress ?? '', forwardedFor, trustedProxies);
  return address === '' ? undefined : { kind: 'ip', address };
}

/** The request id that a proxy or an earlier middleware gave, if it is one. */
export function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && isRequestId(id) ? id : undefined;
}

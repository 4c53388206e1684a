import type { IncomingMessage, ServerResponse } from 'node:http';
import { andThen } from '../../core/awaitable.ts';
import {
  type CallerOptions,
  callerByAddress,
  type KnownAddress,
  namedCaller,
} from '../../core/caller-options.ts';
import { isRequestId, parseRequestId } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';

/**
 * The caller of a request, or `undefined` if it is unknown: then nothing may be executed, because the retry could have
 * another scope. For example, the kernel forgets the address of a connection that was reset.
 *
 * @param known what is known about its address, if an address identifies a caller
 * @throws {InvalidTenantError} if the value cannot be a tenant
 * @throws the errors of `tenantOf`
 */
export function callerOf<Request>(
  request: Request,
  known: KnownAddress | undefined,
  { tenantOf, trustedProxies }: CallerOptions<Request>,
): Awaitable<Caller | undefined> {
  const byAddress = known === undefined ? undefined : callerByAddress(known, trustedProxies);
  if (tenantOf === undefined) return byAddress;
  return andThen(tenantOf(request), (tenant) => namedCaller(tenant, byAddress));
}

/** What is known about the address of a request's client. */
export function knownAddress(raw: IncomingMessage, framework: string | undefined): KnownAddress {
  const forwarded = raw.headers['x-forwarded-for'];
  const forwardedFor = typeof forwarded === 'string' ? forwarded : forwarded?.join(',');
  return { peer: raw.socket.remoteAddress ?? '', framework, forwardedFor };
}

/** The id that the application gave the request: in a header of its response, or on the request, as pino-http does. */
export function ownRequestId(exchange: {
  readonly raw: IncomingMessage & { readonly id?: unknown; readonly requestId?: unknown };
  readonly response: ServerResponse;
}): string | undefined {
  const { raw, response } = exchange;
  return (
    parseRequestId(response.getHeader('x-request-id')) ??
    parseRequestId(response.getHeader('request-id')) ??
    parseRequestId(raw.id) ??
    parseRequestId(raw.requestId)
  );
}

/** The id that the application logs for a request. Fastify's default number is replaced if a proxy has set a better id. */
export function frameworkRequestId(id: string, raw: IncomingMessage): string {
  return /^req-[0-9a-z]+$/.test(id) ? (requestIdOf(raw) ?? id) : id;
}

/** The request id that a proxy or an earlier middleware set, if it is safe to repeat. */
export function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && isRequestId(id) ? id : undefined;
}

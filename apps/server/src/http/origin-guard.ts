import type { IncomingMessage } from 'node:http';
import { hostWithoutPort, isLoopbackHost } from '../loopback.ts';
import { ApiError } from './api-error.ts';

/** Header fields that proxies add; a client on this machine sends none. */
const addedByProxies =
  /^(?:x-forwarded(?:-.*)?|x-real-ip|forwarded|via|cf-.*|fastly-.*|fly-.*|x-envoy-.*|x-azure-.*|x-amz-cf-.*|true-client-ip|x-client-ip|x-cluster-client-ip)$/;

/** Whether a header field, in lower case, is one that proxies add. */
export function isAddedByProxies(name: string): boolean {
  return addedByProxies.test(name);
}

/**
 * Keeps proxies from a server in development mode: every client of the proxy would be its admin. A proxy on this
 * machine is recognized by the fields that it adds, or, like nginx by default until 1.29, by HTTP/1.0.
 *
 * @throws {ApiError} `forbidden`
 */
export function refuseProxied({
  headers,
  httpVersion,
}: Pick<IncomingMessage, 'headers' | 'httpVersion'>): void {
  const added = Object.keys(headers).find(isAddedByProxies);
  if (added === undefined && httpVersion !== '1.0') return;
  const sign =
    added === undefined ? 'is HTTP/1.0, which proxies speak' : `has the header ${added}, which proxies add`;
  throw new ApiError(
    'forbidden',
    `the request ${sign}, and without ADMIN_API_KEY the server does not run behind a proxy: set ADMIN_API_KEY and TRUST_PROXY, or call the server directly`,
  );
}

/** The parts of a request that show which page it comes from. */
export interface OriginHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  /** the scheme of this server */
  readonly scheme: 'http' | 'https';
}

/**
 * Keeps web pages from a server in development mode, which asks for no key: no page may reach it by another host name
 * (DNS rebinding), and no page of another origin may write.
 *
 * @throws {ApiError} `forbidden`
 */
export function guardDevelopment(
  headers: OriginHeaders,
  isWriting: boolean,
  allowedOrigins: readonly string[],
): void {
  const { host, origin, fetchSite, scheme } = headers;
  if (host === undefined || !isLoopbackHost(hostWithoutPort(host))) {
    throw new ApiError(
      'forbidden',
      'without ADMIN_API_KEY the server accepts only requests to loopback names',
    );
  }
  if (!isWriting || (origin !== undefined && allowedOrigins.includes(origin))) return;
  const isForeign = origin !== undefined && origin !== `${scheme}://${host}`;
  if (isForeign || fetchSite === 'cross-site') {
    throw new ApiError('forbidden', 'without ADMIN_API_KEY the server accepts no writes from other origins');
  }
}

import { hostWithoutPort, isLoopbackHost } from '../loopback.ts';
import { ApiError } from './api-error.ts';

/** The parts of a request that tell what page it comes from. */
export interface OriginHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/**
 * Keeps web pages away from a server in development mode, which asks for no key: none may reach it by a name of
 * its own (DNS rebinding), and none from elsewhere may write.
 *
 * @throws {ApiError} `forbidden`
 */
export function guardDevelopment(
  headers: OriginHeaders,
  isWriting: boolean,
  allowedOrigins: readonly string[],
): void {
  const { host, origin, fetchSite } = headers;
  if (host === undefined || !isLoopbackHost(hostWithoutPort(host))) {
    throw new ApiError('forbidden', 'without ADMIN_API_KEY the server answers only to loopback names');
  }
  if (!isWriting || (origin !== undefined && allowedOrigins.includes(origin))) return;
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  if (isForeign || fetchSite === 'cross-site') {
    throw new ApiError('forbidden', 'without ADMIN_API_KEY the server takes no writes from other origins');
  }
}

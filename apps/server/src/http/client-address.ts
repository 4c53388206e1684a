import { clientAddress } from '@billonce/idempotency/core';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the client of a request: that of the connection, or the one that the outermost trusted proxy added to
 * `X-Forwarded-For`. `undefined` if the connection was gone before the request was read.
 */
export function addressOf({ raw }: Pick<FastifyRequest, 'raw'>, trustedHops: number): string | undefined {
  const { remoteAddress } = raw.socket;
  if (remoteAddress === undefined) return undefined;
  const forwarded = raw.headers['x-forwarded-for'];
  const forwardedFor = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  return clientAddress(remoteAddress, forwardedFor, trustedHops);
}

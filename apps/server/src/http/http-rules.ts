import type { IncomingMessage } from 'node:http';
import { fieldLines } from '@billonce/idempotency/core';
import { ApiError } from './api-error.ts';

/**
 * Keeps the rules of HTTP that Node leaves to its users: where a proxy in front reads a request in another way than this
 * server, one may be hidden in the other.
 *
 * @throws {ApiError} `invalid_request`
 */
export function refuseMalformed({ httpVersion, httpVersionMajor, rawHeaders }: IncomingMessage): void {
  if (httpVersionMajor !== 1) {
    throw new ApiError('invalid_request', `this server speaks HTTP/1.1, and not HTTP/${httpVersion}`);
  }
  const hosts = fieldLines(rawHeaders, 'host').length;
  if (hosts > 1) throw new ApiError('invalid_request', 'the request has more than one Host');
  if (hosts === 0 && httpVersion === '1.1') throw new ApiError('invalid_request', 'the request has no Host');
}

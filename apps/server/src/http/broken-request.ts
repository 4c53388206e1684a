import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { errorCodeEntry } from '@billonce/contract';
import { ServerResponse } from '../node-http.ts';
import { ApiError } from './api-error.ts';
import type { Connections } from './connections.ts';
import { renderError } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers input that is not HTTP, or that stopped half-way: the framework has no request for it. */
export function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  connections: Connections,
  onRefused: (status: number) => void,
): void {
  if (!socket.destroyed && connections.isAnswered(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswerBegun(socket)) {
    socket.destroy();
    return;
  }
  const refusal = brokenRequest(error.code);
  onRefused(errorCodeEntry(refusal.code).status);
  connections.endWith(socket, answerText(refusal));
}

/** An error answer as it is sent on the wire; it ends its connection. */
export function answerText(error: ApiError): string {
  const requestId = requestIdOf(undefined);
  const { status, headers, body } = renderError(error, requestId, undefined);
  const fields = {
    ...headers,
    ...securityHeaders,
    'x-request-id': requestId,
    connection: 'close',
    'content-length': Buffer.byteLength(body),
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Error\r\n${head.join('')}\r\n${body}`;
}

/**
 * Whether an earlier, complete request on the connection waits for its answer, or an answer has begun. A write now
 * would be mistaken for that answer, or for a part of it. Node's own handler checks the same member.
 */
function isAnswerBegun(socket: Socket): boolean {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return response instanceof ServerResponse && (response.req.complete || response.headersSent);
}

function brokenRequest(code: string | undefined): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiError('request_timeout', 'the request did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError('headers_too_large', 'the header section is too large');
  return new ApiError('invalid_request', 'the request is not valid HTTP');
}

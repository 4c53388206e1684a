import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { KeptResponse } from '../../core/kept-response.ts';
import { sendResponse } from '../node/send-response.ts';

/** What is used of a reply of Fastify. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload?: unknown): unknown;
}

/** The response of the platform below Nest. */
export type PlatformResponse = ServerResponse | FastifyReplyLike;

/** The response of Node behind the one of the platform. */
export function rawResponse(response: PlatformResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/**
 * Sends an answer in the place of the handler. Nest sends a value after each interceptor, or has the handler send one, and
 * cannot be told not to: from then on the response takes everything, and sends nothing.
 */
export async function substituteAnswer(response: PlatformResponse, answer: KeptResponse): Promise<void> {
  const raw = rawResponse(response);
  const isOver = finished(raw).catch(() => undefined);
  if ('raw' in response) sendByFastify(response, answer);
  else sendResponse(response, answer);
  // Hooks of Fastify work on the reply until then.
  await isOver;
  const same = () => raw;
  Object.assign(raw, { setHeader: same, appendHeader: same, removeHeader: ignore, flushHeaders: ignore });
  Object.assign(raw, { writeHead: same, write: () => true, end: same });
  if ('raw' in response) response.send = () => response;
}

function ignore(): void {}

/** Through Fastify, so that its own hooks (compression, logging) see the answer as any other one. */
function sendByFastify(reply: FastifyReplyLike, { status, headers, body }: KeptResponse): void {
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  const bytes = Buffer.from(body);
  if (bytes.length === 0) reply.send();
  else if (headers.some(([name]) => name === 'content-type')) reply.send(bytes);
  else {
    // Fastify gives bytes a media type where they have none, and leaves streams alone.
    reply.header('content-length', String(bytes.length));
    reply.send(Readable.from([bytes]));
  }
}

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { KeptResponse } from '../../core/kept-response.ts';
import { sendResponse } from '../node/send-response.ts';

/** The parts of a reply of Fastify that are used. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload?: unknown): unknown;
}

/** The response of the platform that Nest uses. */
export type PlatformResponse = ServerResponse | FastifyReplyLike;

/** The response of Node in the one of the platform. */
export function rawResponse(response: PlatformResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/**
 * Sends an answer in place of the handler's. Nest always sends a value after the interceptors, or has the handler send
 * one. So the response must send nothing afterwards.
 */
export async function substituteAnswer(response: PlatformResponse, answer: KeptResponse): Promise<void> {
  const raw = rawResponse(response);
  const isOver = finished(raw).catch(() => undefined);
  if ('raw' in response) sendByFastify(response, answer);
  else sendResponse(response, answer);
  // Hooks of Fastify use the reply until then.
  await isOver;
  silence(response);
}

/** Makes a response accept everything and send nothing from now on. */
export function silence(response: PlatformResponse): void {
  const raw = rawResponse(response);
  const same = () => raw;
  Object.assign(raw, { setHeader: same, appendHeader: same, removeHeader: ignore, flushHeaders: ignore });
  Object.assign(raw, { writeHead: same, write: () => true, end: same });
  if ('raw' in response) response.send = () => response;
}

function ignore(): void {}

/** Sends an answer through Fastify, so that its hooks (compression, logging) see the answer like any other. */
function sendByFastify(reply: FastifyReplyLike, { status, headers, body }: KeptResponse): void {
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  const bytes = Buffer.from(body);
  if (bytes.length === 0) reply.send();
  else if (headers.some(([name]) => name === 'content-type')) reply.send(bytes);
  else {
    // Fastify sets a media type for bytes that have none, but not for streams.
    reply.header('content-length', String(bytes.length));
    reply.send(Readable.from([bytes]));
  }
}

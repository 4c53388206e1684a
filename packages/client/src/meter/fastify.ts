import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MeterOptions } from './meter-options.ts';
import { meterNode } from './node.ts';

export type { Awaitable, MeterHold, MeterOptions, ReservedUse } from './meter-options.ts';

/** The parts of a request of Fastify that are read. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
}

/** The parts of a reply of Fastify that are read. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** An `onRequest` hook of Fastify. */
export type FastifyHook<Request, Reply> = (request: Request, reply: Reply, done: () => void) => void;

/**
 * Makes the routes of a Fastify app metered, or those of a scope: it is an `onRequest` hook. Usage is recorded after
 * the answer.
 *
 * @example
 * app.addHook('onRequest', meter({ recorder, agent: ({ headers }) => headers['x-agent'], service: 'search' }));
 */
export function meter<Request extends FastifyRequestLike, Reply extends FastifyReplyLike>(
  options: MeterOptions<Request, Reply>,
): FastifyHook<Request, Reply> {
  return (request, reply, done) => {
    const { raw: incoming, originalUrl: target } = request;
    const exchange = { incoming, outgoing: reply.raw, request, response: reply, target };
    meterNode(options, exchange, done, () => reply.hijack());
  };
}

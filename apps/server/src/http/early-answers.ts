import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Connections } from './connections.ts';

/**
 * Ends the connection after each answer that is given before its request has come in whole: what was refused is not read to
 * its end, and no request that a client sends after it is executed.
 */
export function endAfterEarlyAnswers(app: FastifyInstance, connections: Connections): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Sent after a refusal: neither executed nor answered. The connection ends in a moment.
    if (connections.isEnding(request.raw.socket)) reply.hijack();
    else done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isAwaited(request.raw)) {
      connections.takeNoMore(request.raw.socket);
      // What has come of the body is dropped: while it waits for a reader, Node reads nothing more from the client.
      request.raw.resume();
      reply.header('connection', 'close');
    }
    done();
  });
}

/** Whether a part of the body of a request is still to come. */
export function isAwaited({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Connections } from './connections.ts';

/**
 * Ends the connection after each answer that is given before its request has arrived completely: the rest of a refused
 * request is not read, and no request that the client sends after it is executed.
 *
 * @param isTakenBefore whether a request was taken before it came here: it is answered, also if its connection ends meanwhile
 */
export function endAfterEarlyAnswers(
  app: FastifyInstance,
  connections: Connections,
  isTakenBefore: (request: IncomingMessage) => boolean,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Sent after a refusal: neither executed nor answered. The connection is about to end.
    if (connections.isEnding(request.raw.socket) && !isTakenBefore(request.raw)) reply.hijack();
    else done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isAwaited(request.raw)) {
      connections.takeNoMore(request.raw.socket);
      // The received part of the body is discarded: while it waits for a reader, Node reads nothing more from the
      // client.
      request.raw.resume();
      reply.header('connection', 'close');
    }
    done();
  });
}

/** Whether a part of the body of a request has not arrived yet. */
export function isAwaited({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

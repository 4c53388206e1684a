import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Turns } from './body/turns.ts';
import type { Connections } from './connections.ts';

/** The most unanswered requests of a connection. */
export const pipelinedMax = 100;

/**
 * Limits how many requests of one connection are handled at the same time. A client may send many requests without
 * waiting for answers, and Node passes on all requests of one read: seven hundred of them keep the event loop busy for
 * a quarter of a second. The first request is handled immediately, the others one by one in later turns of the loop,
 * address by address. A connection with too many requests is closed, and its waiting requests are not executed.
 */
export class Pipelines {
  readonly #handle: RequestListener;
  readonly #connections: Connections;
  /** requests without an answer, by connection */
  readonly #open = new WeakMap<Socket, number>();
  readonly #turns: Turns;

  constructor(handle: RequestListener, connections: Connections, turns = new Turns()) {
    this.#handle = handle;
    this.#connections = connections;
    this.#turns = turns;
  }

  /** Takes a request as it arrives. */
  take(request: IncomingMessage, answer: ServerResponse<IncomingMessage> & { req: IncomingMessage }): void {
    const { socket } = request;
    // Node hands over the rest of what it has read, also after the connection was closed.
    if (socket.destroyed) return;
    const open = this.#open.get(socket) ?? 0;
    if (open >= pipelinedMax) {
      this.#connections.cut(socket, 'pipelined');
      return;
    }
    this.#open.set(socket, open + 1);
    answer.on('close', () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1));
    if (open === 0) this.#begin(request, answer);
    else this.#beginLater(request, answer);
  }

  #beginLater(request: IncomingMessage, answer: ServerResponse<IncomingMessage> & { req: IncomingMessage }) {
    const { socket } = request;
    this.#turns
      .next(socket.remoteAddress ?? '')
      .then(() => {
        if (!socket.destroyed) this.#begin(request, answer);
      })
      .catch(() => socket.destroy());
  }

  #begin(request: IncomingMessage, answer: ServerResponse<IncomingMessage> & { req: IncomingMessage }): void {
    this.#connections.begin(request.socket, answer);
    this.#handle(request, answer);
  }
}

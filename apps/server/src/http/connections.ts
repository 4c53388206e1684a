import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The open connections of a server. When it stops, those on which an answer is due get it and end with it; the
 * others end at once. Node alone waits for a client to leave that keeps its connection alive, or that has not sent
 * anything yet.
 */
export class Connections {
  /** with the latest answer on each: none before its first request */
  readonly #answers = new Map<Socket, ServerResponse | undefined>();
  #isClosing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
      this.#answers.set(socket, answer);
    });
  }

  close(): void {
    this.#isClosing = true;
    for (const [socket, answer] of this.#answers) {
      if (answer === undefined || answer.writableFinished) socket.destroySoon();
      else endWith(socket, answer);
    }
  }

  #opened(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#answers.set(socket, undefined);
    socket.once('close', () => this.#answers.delete(socket));
  }
}

function endWith(socket: Socket, answer: ServerResponse): void {
  // Tells the client, as long as the head of the answer is not sent.
  answer.shouldKeepAlive = false;
  answer.once('finish', () => socket.destroySoon());
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** For how long a client may go on to send what was refused before it has read the refusal. */
const lingerMs = 2_000;

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
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => {
      const answer = this.#answers.get(socket);
      const isCutShort = answer?.writableFinished === true && !answer.req.complete;
      if (isCutShort) linger(socket);
      else destroySoon();
    };
  }
}

/**
 * Ends a connection on which a request was answered before all of it came. Closed at once, what is still on its way would
 * be met with a reset, and that can take the answer away from a client that has not read it yet (RFC 9112, section 9.6).
 */
function linger(socket: Socket): void {
  // Not to the parser: what came behind the request would be executed.
  socket.removeAllListeners('data');
  socket.on('data', () => undefined);
  socket.resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroy());
}

function endWith(socket: Socket, answer: ServerResponse): void {
  // Tells the client, as long as the head of the answer is not sent.
  answer.shouldKeepAlive = false;
  answer.once('finish', () => socket.destroySoon());
}

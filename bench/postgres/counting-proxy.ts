import { once } from 'node:events';
import { createServer, type Socket, connect as socketTo } from 'node:net';

/** What passed between clients and a PostgreSQL. */
export interface Traffic {
  /** statements: executions of prepared ones, and texts */
  readonly statements: number;
  /** how often a client sent something after it had got an answer */
  readonly roundTrips: number;
  /** in both directions */
  readonly bytes: number;
}

const executed = 'E'.charCodeAt(0);
const queried = 'Q'.charCodeAt(0);
/** The first message of a connection has no kind; all others have one byte before their length. */
const lengthBytes = 4;

/** A proxy in front of a PostgreSQL, on a port of this machine, that counts what passes. It ends with this process. */
export class CountingProxy {
  readonly port: number;
  readonly #counted = { statements: 0, roundTrips: 0, bytes: 0 };

  private constructor(port: number) {
    this.port = port;
  }

  static async start(targetPort: number): Promise<CountingProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new CountingProxy(address.port);
    server.on('connection', (client) => proxy.#pass(client, targetPort));
    return proxy;
  }

  /** What has passed so far. */
  get traffic(): Traffic {
    return { ...this.#counted };
  }

  /** A URL of a database, by way of the proxy. */
  through(url: string): string {
    const own = new URL(url);
    own.port = String(this.port);
    return own.href;
  }

  #pass(client: Socket, targetPort: number): void {
    const server = socketTo({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const counted = this.#counted;
    const messages = new Messages((kind) => {
      if (kind === executed || kind === queried) counted.statements += 1;
    });
    let isAnswered = true;
    client.on('data', (chunk: Buffer) => {
      counted.bytes += chunk.length;
      if (isAnswered) counted.roundTrips += 1;
      isAnswered = false;
      messages.push(chunk);
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      counted.bytes += chunk.length;
      isAnswered = true;
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
    }
  }
}

/** The messages of one client, whose bytes come in any pieces. */
class Messages {
  readonly #onMessage: (kind: number) => void;
  #rest: Buffer = Buffer.alloc(0);
  #toSkip = 0;
  #isFirst = true;

  constructor(onMessage: (kind: number) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const skipped = Math.min(this.#toSkip, bytes.length);
      bytes = bytes.subarray(skipped);
      this.#toSkip -= skipped;
      const kindBytes = this.#isFirst ? 0 : 1;
      if (this.#toSkip > 0 || bytes.length < kindBytes + lengthBytes) break;
      if (!this.#isFirst) this.#onMessage(bytes[0] ?? 0);
      this.#isFirst = false;
      this.#toSkip = kindBytes + bytes.readInt32BE(kindBytes);
    }
    this.#rest = Buffer.from(bytes);
  }
}

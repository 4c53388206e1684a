import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { onEnd } from './on-end.ts';

/**
 * The treatment of the bytes of all connections: they pass, they are dropped silently, or no connection is accepted.
 */
export type ProxyMode = 'pass' | 'silent' | 'refuse';

/** Where a client's message is cut: before it is passed on, or after it was passed on and before its answer is. */
export type CutPlace = 'before' | 'behind';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A proxy in front of a server that loses, delays and cuts connections like a network. */
export class TcpProxy {
  #mode: ProxyMode = 'pass';
  /** how long bytes are delayed in each direction, in milliseconds */
  delayMs = 0;
  #targetPort: number;
  #cut: { readonly text: string; readonly place: CutPlace; readonly done: () => void } | undefined;
  readonly #pairs = new Set<Pair>();
  /** the last delayed bytes on their way to each socket */
  readonly #heldUp = new Map<Socket, Promise<void>>();
  readonly #server: Server;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(t: TestContext, targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onEnd(t, () => {
      proxy.cutAll();
      proxy.#server.close();
    });
    return proxy;
  }

  /** A connection with dropped bytes cannot continue: it is cut when bytes pass again. */
  set mode(mode: ProxyMode) {
    if (this.#mode === 'silent') this.cutAll();
    this.#mode = mode;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return address.port;
  }

  /** A URL of a database through the proxy. */
  through(url: string): string {
    const own = new URL(url);
    own.host = `127.0.0.1:${this.port}`;
    return own.href;
  }

  /** Connects new clients to another port, and cuts the existing connections. */
  pointTo(port: number): void {
    this.#targetPort = port;
    this.cutAll();
  }

  /**
   * Closes every connection. It does not reset them, because Node 24 may not exit after a reset of a connection that is
   * being written to.
   */
  cutAll(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  /**
   * Cuts the next connection when its client has sent a text (`before`), or when its server has answered it (`behind`).
   * Resolves after the cut.
   */
  cutAt(text: string, place: CutPlace): Promise<void> {
    return new Promise((done) => {
      this.#cut = { text, place, done };
    });
  }

  #accept(client: Socket): void {
    client.on('error', ignore);
    if (this.#mode === 'refuse') {
      client.destroy();
      return;
    }
    const server = new Socket();
    server.on('error', ignore);
    server.connect(this.#targetPort, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    client.on('data', (bytes) => this.#fromClient(pair, bytes));
    server.on('data', (bytes) => this.#pass(server, client, bytes));
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('close', end);
    server.on('close', end);
  }

  #fromClient(pair: Pair, bytes: Buffer): void {
    const cut = this.#cut;
    if (cut === undefined || !bytes.includes(cut.text)) {
      this.#pass(pair.client, pair.server, bytes);
      return;
    }
    this.#cut = undefined;
    if (cut.place === 'before') {
      this.#breakOff(pair);
      cut.done();
      return;
    }
    // The answer, which no client receives, shows that the request was executed.
    pair.server.removeAllListeners('data');
    pair.server.on('data', (answer: Buffer) => {
      if (!answer.includes(cut.text)) return;
      this.#breakOff(pair);
      cut.done();
    });
    pair.server.write(bytes);
  }

  #breakOff({ client, server }: Pair): void {
    client.destroy();
    server.destroy();
  }

  #pass(from: Socket, to: Socket, bytes: Buffer): void {
    if (this.#mode === 'silent') return;
    const before = this.#heldUp.get(to);
    if (this.delayMs === 0 && before === undefined) {
      if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      return;
    }
    // The order is kept, even if the delay becomes shorter.
    const held = Promise.all([before, pause(this.delayMs)]).then(() => {
      if (this.#heldUp.get(to) === held) this.#heldUp.delete(to);
      to.write(bytes);
    });
    this.#heldUp.set(to, held);
  }
}

function ignore(): void {}

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Answer, answerBytesMax, parseAnswer } from './answer.ts';

/** A connection that carries one request. `fetch` can neither half-close nor reset one. */
export class WireConnection {
  readonly #socket: Socket;
  readonly #raw: Socket;
  #received = Buffer.alloc(0);
  #end: string | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, raw: Socket) {
    this.#socket = socket;
    this.#raw = raw;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      if (this.#received.length > answerBytesMax)
        this.#ended(`the answer has more than ${answerBytesMax} bytes`);
      this.#wake();
    });
    socket.on('end', () => this.#ended(''));
    socket.on('error', (error) => this.#ended(`the connection broke (${error.message})`));
    socket.on('close', () => this.#ended(''));
  }

  /** Opens a connection to an origin of `http:` or `https:`. */
  static async open(origin: URL, timeoutMs: number): Promise<WireConnection> {
    const isTls = origin.protocol === 'https:';
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const port = Number(origin.port || (isTls ? 443 : 80));
    // A half-closed connection must not be closed by this side when the server closes its side.
    const raw = connectTcp({ host, port, allowHalfOpen: true });
    const socket = isTls ? connectTls({ socket: raw, servername: host }) : raw;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('no connection within the timeout')), timeoutMs);
    socket.once(isTls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
    raw.once('error', reject);
    try {
      await promise;
      return new WireConnection(socket, raw);
    } catch (error) {
      raw.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Writes bytes, and resolves when the system has taken them or the connection is gone. */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }

  /** Closes this side: the server reads the end of the stream, and can still answer. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Closes both sides in good order (FIN). */
  close(): void {
    this.#socket.end();
    this.#socket.destroy();
  }

  /** Resets the connection (RST). */
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Waits until the first bytes of the answer have arrived. */
  async firstBytes(deadlineMs: number): Promise<void> {
    while (this.#received.length === 0 && this.#end === undefined && (await this.#next(deadlineMs)));
  }

  /** @throws {Error} whose message says why no answer came */
  async answer(deadlineMs: number): Promise<Answer> {
    for (;;) {
      const parsed = parseAnswer(this.#received, this.#end === '');
      if (parsed.kind === 'complete') return parsed.answer;
      if (parsed.kind === 'invalid') throw new Error(parsed.reason);
      if (this.#end !== undefined) throw new Error(this.#end);
      if (!(await this.#next(deadlineMs))) throw new Error('no answer within the timeout');
    }
  }

  #ended(reason: string): void {
    this.#end ??= reason;
    this.#wake();
  }

  /** Waits until something happens; false at the deadline, a time of `performance.now()`. */
  #next(deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, deadlineMs - performance.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

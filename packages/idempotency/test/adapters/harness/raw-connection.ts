import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test writes bytes and reads the received ones. */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';
  #onData: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#received += text;
      this.#onData();
    });
    this.#socket.on('error', () => undefined);
  }

  write(...lines: readonly string[]): void {
    this.#socket.write(lines.join('\r\n'), 'latin1');
  }

  /** Waits until a pattern has been received, and returns everything up to it. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onData = resolve;
      await promise;
    }
    return this.#received;
  }

  /** Waits until the server has ended the connection, and returns everything received. */
  async untilEnd(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
    return this.#received;
  }

  end(): void {
    this.#socket.destroy();
  }
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Answers, readBuffer } from './answers.ts';
import { percentile } from './median.ts';

/** The latencies of requests at a fixed rate, in milliseconds. */
export interface PacedReport {
  readonly ratePerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

interface PacedOptions {
  readonly port: number;
  readonly connections: number;
  readonly ratePerSecond: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly nextRequest: () => string;
}

/** Requests are sent in steps of this length: a generator that polls all the time would take a core from the server. */
const stepMs = 1;

/**
 * Sends requests at a fixed rate, whether the server keeps up or not, and measures each from the moment at which it was
 * due: a request that waited for a free connection has also waited for the server (no coordinated omission).
 *
 * @throws {Error} if an answer is a refusal, or a connection breaks
 */
export async function loadAtRate(options: PacedOptions): Promise<PacedReport> {
  const run = new PacedRun(options);
  await run.open();
  return await run.finish();
}

class PacedRun {
  readonly #options: PacedOptions;
  readonly #idle: ((dueAtMs: number) => void)[] = [];
  readonly #sockets: Socket[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #over = Promise.withResolvers<void>();
  #startMs = 0;
  #sent = 0;
  #answered = 0;

  constructor(options: PacedOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { connections } = this.#options;
    await Promise.all(Array.from({ length: connections }, () => this.#connection()));
  }

  async finish(): Promise<PacedReport> {
    this.#startMs = performance.now();
    this.#sendDue();
    await this.#over.promise;
    for (const socket of this.#sockets) socket.destroy();
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (share: number) => percentile(sorted, share);
    const { ratePerSecond } = this.#options;
    return { ratePerSecond, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
  }

  get #total(): number {
    const { ratePerSecond, warmUpMs, durationMs } = this.#options;
    return Math.ceil((ratePerSecond * (warmUpMs + durationMs)) / 1_000);
  }

  /** Sends what is due now on the connections that are free, and looks again after a step. */
  #sendDue(): void {
    const { ratePerSecond } = this.#options;
    const nowMs = performance.now();
    while (this.#sent < this.#total) {
      const dueAtMs = this.#startMs + (this.#sent * 1_000) / ratePerSecond;
      if (dueAtMs > nowMs) break;
      const send = this.#idle.pop();
      if (send === undefined) break;
      this.#sent += 1;
      send(dueAtMs);
    }
    if (this.#sent < this.#total) setTimeout(() => this.#sendDue(), stepMs);
  }

  async #connection(): Promise<void> {
    const { port, nextRequest, warmUpMs } = this.#options;
    let sentFor = 0;
    const send = (dueAtMs: number) => {
      sentFor = dueAtMs;
      socket.write(nextRequest(), 'latin1');
    };
    const answers = new Answers((status) => {
      if (status >= 300) this.#over.reject(new Error(`the server answered ${status}`));
      if (sentFor >= this.#startMs + warmUpMs) this.#latenciesMs.push(performance.now() - sentFor);
      this.#answered += 1;
      this.#idle.push(send);
      if (this.#answered === this.#total) this.#over.resolve();
    });
    const socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          answers.take(readBuffer, bytes);
          return true;
        },
      },
    });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    socket.on('error', (error) => this.#over.reject(error));
    this.#idle.push(send);
  }
}

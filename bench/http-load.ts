import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { Answers, readBuffer } from './answers.ts';
import { percentile } from './median.ts';

/** The result of a load. */
export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** answers by status */
  readonly statuses: Readonly<Record<number, number>>;
  /** processor time that this process, the generator, took for each request, in microseconds */
  readonly generatorUs: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** the load lasts until this promise ends, instead of `durationMs` */
  readonly during?: Promise<unknown>;
  /**
   * whether this process stays awake while it measures. For a server with one thread, if both have a core each: otherwise
   * a slower server pays for waking the generator with each answer, and a faster one does not
   */
  readonly staysAwake?: boolean;
  /** whether a connection that the server closes after a refusal is opened again */
  readonly reconnects?: boolean;
  /** the bytes of the next request */
  readonly nextRequest: () => string | Buffer;
}

/**
 * Loads a server on this machine: each connection sends a request, waits for its answer, and sends the next. The generator takes
 * processor time from the server on the same machine. Therefore it reads into one buffer, without the events of streams, and looks only
 * for the end of an answer. The report has the processor time that it took.
 */
export async function loadHttp(options: LoadOptions): Promise<LoadReport> {
  const run = new Run(options);
  const ended = options.during?.finally(() => run.end());
  const rest = options.staysAwake === true ? stayAwake() : undefined;
  await Promise.all(Array.from({ length: options.connections }, () => run.connection()));
  rest?.();
  await ended;
  return run.report();
}

/**
 * Sends a number of requests before a measurement. New code is compiled for the first 25,000 or so (ADR 0176): they are counted, because a slow machine
 * does few in a second.
 */
export async function warmUpWith(
  requests: number,
  options: Pick<LoadOptions, 'port' | 'connections' | 'nextRequest'>,
): Promise<void> {
  const { promise: during, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  const nextRequest = () => {
    sent++;
    if (sent === requests) resolve();
    return options.nextRequest();
  };
  await loadHttp({ ...options, nextRequest, warmUpMs: 0, durationMs: 0, during });
}

/** Keeps this process from sleeping until the returned function is called. */
function stayAwake(): () => void {
  let isAwake = true;
  const poll = () => {
    if (isAwake) setImmediate(poll);
  };
  poll();
  return () => {
    isAwake = false;
  };
}

/** The pause before a connection that the server has closed is opened again. */
const pauseMs = 20;

class Run {
  readonly #options: LoadOptions;
  readonly #latenciesMs: number[] = [];
  readonly #statuses: Record<number, number> = {};
  readonly #measuredFromMs: number;
  readonly #usedBefore = process.cpuUsage();
  #endsAtMs: number;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#measuredFromMs = performance.now() + options.warmUpMs;
    const isOpen = options.during !== undefined;
    this.#endsAtMs = isOpen ? Number.POSITIVE_INFINITY : this.#measuredFromMs + options.durationMs;
  }

  /** Ends the load: each connection ends after the answer that it waits for. */
  end(): void {
    this.#endsAtMs = performance.now();
  }

  /** Runs one connection until the time is up. */
  async connection(): Promise<void> {
    do await this.#oneConnection();
    while (performance.now() < this.#endsAtMs);
  }

  /** Runs one socket until the time is up, or until the server closes it and `reconnects` allows that. */
  #oneConnection(): Promise<void> {
    return new Promise((resolve, reject) => {
      let sentAtMs = 0;
      const send = () => {
        sentAtMs = performance.now();
        socket.write(this.#options.nextRequest(), 'latin1');
      };
      const answers = new Answers((status) => {
        const nowMs = performance.now();
        if (sentAtMs >= this.#measuredFromMs) this.#count(status, nowMs - sentAtMs);
        if (nowMs < this.#endsAtMs) {
          send();
          return;
        }
        socket.destroy();
        resolve();
      });
      const socket = connect({
        host: '127.0.0.1',
        port: this.#options.port,
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (bytes) => {
            answers.take(readBuffer, bytes);
            return true;
          },
        },
      });
      socket.on('connect', send);
      if (this.#options.reconnects === true) {
        socket.on('error', () => undefined);
        socket.on('close', () => setTimeout(resolve, pauseMs));
      } else socket.on('error', reject);
    });
  }

  report(): LoadReport {
    const used = process.cpuUsage(this.#usedBefore);
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const seconds = (this.#endsAtMs - this.#measuredFromMs) / 1000;
    return {
      requests: sorted.length,
      seconds,
      requestsPerSecond: sorted.length / seconds,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      longestMs: sorted.at(-1) ?? 0,
      statuses: this.#statuses,
      generatorUs: (used.user + used.system) / Math.max(1, sorted.length),
    };
  }

  #count(status: number, latencyMs: number): void {
    this.#latenciesMs.push(latencyMs);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
  }
}

/** The bytes of a POST with a JSON body. */
export function postRequest(path: string, body: string, headers: readonly string[] = []): string {
  const more = headers.map((header) => `${header}\r\n`).join('');
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

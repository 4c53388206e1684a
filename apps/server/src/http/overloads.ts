import type { FastifyBaseLogger } from 'fastify';

/** There is at most one log line in each of these intervals. */
const lineEveryMs = 10_000;

/** Counts the requests that are refused because too much work is waiting: such an answer is not a fault of the server. */
export class Overloads {
  readonly #count: () => void;
  readonly #log: Pick<FastifyBaseLogger, 'warn'>;
  readonly #nowMs: () => number;
  #refused = 0;
  #lineAtMs = Number.NEGATIVE_INFINITY;

  constructor(count: () => void, log: Pick<FastifyBaseLogger, 'warn'>, nowMs: () => number) {
    this.#count = count;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /** Counts a refusal. Logs the first one, and after that the number since the last line. */
  refused(): void {
    this.#count();
    this.#refused += 1;
    const nowMs = this.#nowMs();
    if (Math.abs(nowMs - this.#lineAtMs) < lineEveryMs) return;
    this.#log.warn({ refused: this.#refused }, 'requests were refused: too much is waiting');
    this.#refused = 0;
    this.#lineAtMs = nowMs;
  }
}

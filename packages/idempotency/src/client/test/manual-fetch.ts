import type { FetchClock } from '../fetch-clock.ts';
import type { FetchPort } from '../fetch-options.ts';

interface Sleeper {
  readonly dueAtMs: number;
  readonly wake: () => void;
}

/**
 * The real `fetch` with a clock that does not run. A wait between two attempts ends immediately, and advances the time
 * by its length. The time-out of an attempt occurs only when the test advances the time.
 */
export class ManualFetch implements FetchClock {
  /** every wait between two attempts, in milliseconds */
  readonly waitsMs: number[] = [];
  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;
  #underWay = 0;

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  readonly fetch: FetchPort = async (input, init) => {
    this.#underWay++;
    try {
      return await globalThis.fetch(input, init);
    } finally {
      this.#underWay--;
    }
  };

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return;
    if (this.#underWay === 0) {
      this.waitsMs.push(delayMs);
      this.advance(delayMs);
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { dueAtMs: this.#nowMs + delayMs, wake: resolve };
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#sleepers.delete(sleeper);
  }

  /** Advances the time, and wakes the sleeps that are due. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const { dueAtMs, wake } of this.#sleepers) {
      if (dueAtMs <= this.#nowMs) wake();
    }
  }
}

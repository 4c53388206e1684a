import type { Clock } from '../core/clock.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

/** A clock that a test moves: nothing happens automatically, and no test sleeps. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs: number;

  /** @param nowMs milliseconds since the epoch; by default the time of the machine, which databases use, too */
  constructor(nowMs: number = Date.now()) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueAtMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers are waiting. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Advances the time, and runs the timers that are due, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  #due(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAtMs > untilMs) continue;
      if (first === undefined || timer.dueAtMs < first.dueAtMs) first = timer;
    }
    return first;
  }
}

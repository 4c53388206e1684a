import { setTimeout as sleep } from 'node:timers/promises';
import type { Oracle } from './count-source.ts';

/** How many executions a part of the run had, as the oracle saw it. */
export type Growth =
  | { readonly kind: 'counted'; readonly executions: number }
  /** the count changed by an amount that is not a multiple of one execution */
  | { readonly kind: 'uneven'; readonly grown: bigint }
  | { readonly kind: 'unknown'; readonly reason: string };

/** How much one execution adds, or why that is unknown. */
export type Calibration =
  | { readonly kind: 'calibrated'; readonly unit: bigint }
  | { readonly kind: 'useless'; readonly reason: string };

/** How often a count may change before it is reported that it does not come to rest. */
const readingsMax = 50;

/** Counts executions by the growth of the oracle's number. */
export class EffectMeter {
  readonly #oracle: Oracle | undefined;
  readonly #settleMs: number;
  #unit = 0n;
  #last = 0n;
  #isTouched = false;
  #late = 0n;

  /** @param settleMs how long a count must stay the same before it is believed: effects may come after the answer */
  constructor(oracle: Oracle | undefined, settleMs: number) {
    this.#oracle = oracle;
    this.#settleMs = settleMs;
  }

  get isCounting(): boolean {
    return this.#unit !== 0n;
  }

  /**
   * The change of the count between two checks: effects that came after their check had ended, or those of other
   * clients.
   */
  get late(): bigint {
    return this.#late;
  }

  /** Notes that a request was sent, so that the count may change. */
  touch(): void {
    this.#isTouched = true;
  }

  /**
   * Begins a check. A change since the last check ended is a late effect. A count that cannot be read is tried again
   * later.
   */
  async begin(): Promise<void> {
    if (!this.isCounting || this.#isTouched) return;
    try {
      const now = await this.#read();
      this.#late += now - this.#last;
      this.#last = now;
    } catch {
      this.#isTouched = true;
    }
  }

  /** Ends a check: waits for its effects. */
  async end(): Promise<void> {
    if (this.isCounting) await this.#rest();
  }

  /** Learns from two executions, one after the other, how much one adds. */
  async calibrate(execute: () => Promise<void>): Promise<Calibration> {
    if (this.#oracle === undefined) return { kind: 'useless', reason: 'there is no --count' };
    const counts: bigint[] = [await this.#settled()];
    for (const _ of [1, 2]) {
      await execute();
      counts.push(await this.#settled());
    }
    const [before = 0n, between = 0n, after = 0n] = counts;
    const unit = between - before;
    if (unit === 0n) {
      return {
        kind: 'useless',
        reason: 'the count did not change by an execution: it counts something else',
      };
    }
    if (after - between !== unit) {
      const reason = `one execution changed the count by ${unit}, the next by ${after - between}: something else changes it, too`;
      return { kind: 'useless', reason };
    }
    this.#unit = unit;
    this.#last = after;
    this.#isTouched = false;
    return { kind: 'calibrated', unit };
  }

  /** Runs a part of a check, and counts its executions. */
  async during<T>(part: () => Promise<T>): Promise<{ readonly result: T; readonly growth: Growth }> {
    if (this.#oracle === undefined || !this.isCounting) {
      return { result: await part(), growth: { kind: 'unknown', reason: 'there is no --count' } };
    }
    const before = await this.#rest();
    const result = await part();
    const after = await this.#rest();
    if (typeof before !== 'bigint') return { result, growth: before };
    if (typeof after !== 'bigint') return { result, growth: after };
    return { result, growth: this.#growth(after - before) };
  }

  /** The count once it contains all effects of the requests that were sent so far. */
  async #rest(): Promise<bigint | Growth> {
    if (!this.#isTouched) return this.#last;
    try {
      this.#last = await this.#settled();
      this.#isTouched = false;
      return this.#last;
    } catch (error) {
      return unreadable(error);
    }
  }

  #growth(grown: bigint): Growth {
    if (grown % this.#unit !== 0n) return { kind: 'uneven', grown };
    return { kind: 'counted', executions: Number(grown / this.#unit) };
  }

  /** The count once it has stayed the same for a while. */
  async #settled(): Promise<bigint> {
    let last = await this.#read();
    for (let reading = 0; reading < readingsMax; reading++) {
      await sleep(this.#settleMs);
      const next = await this.#read();
      if (next === last) return next;
      last = next;
    }
    throw new Error('the count does not come to rest: something else changes it');
  }

  #read(): Promise<bigint> {
    if (this.#oracle === undefined) throw new Error('there is no --count');
    return this.#oracle.count();
  }
}

function unreadable(error: unknown): Growth {
  return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
}

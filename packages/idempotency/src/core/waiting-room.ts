import { type Clock, waitFor } from './clock.ts';
import type { Slot } from './store.ts';

/** The pause of a duplicate before it asks the store again, at first and at most. */
const pauseMsMin = 20;
const pauseMsMax = 250;

/** One duplicate that waits for the first request of its slot. */
interface Waiter {
  readonly woken: Promise<void>;
  readonly wake: () => void;
}

/**
 * Where duplicates wait for the first request to end. They are woken immediately if it runs in this process; otherwise
 * they ask the store from time to time.
 */
export class WaitingRoom {
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #clock: Clock;
  readonly #waitersMax: number;
  #count = 0;

  constructor(clock: Clock, waitersMax: number) {
    this.#clock = clock;
    this.#waitersMax = waitersMax;
  }

  /**
   * Waits until it makes sense to ask the store again. False if the room is full and nothing was waited for.
   *
   * @param waitedMs how long this duplicate has waited already; the longer it has waited, the longer the next pause
   */
  async wait(slot: Slot, leftMs: number, waitedMs: number): Promise<boolean> {
    if (this.#count >= this.#waitersMax) return false;
    const name = nameOf(slot);
    const waiter = newWaiter();
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters.add(waiter));
    this.#count++;
    const pauseMs = Math.min(leftMs, pauseMsMax, Math.max(pauseMsMin, waitedMs));
    await waitFor(this.#clock, pauseMs, waiter.woken);
    this.#count--;
    waiters.delete(waiter);
    if (waiters.size === 0 && this.#waiters.get(name) === waiters) this.#waiters.delete(name);
    return true;
  }

  /** Wakes the duplicates that wait for a slot. */
  wake(slot: Slot): void {
    if (this.#count === 0) return;
    for (const waiter of this.#waiters.get(nameOf(slot)) ?? []) waiter.wake();
  }
}

function newWaiter(): Waiter {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { woken: promise, wake: resolve };
}

function nameOf({ scope, key }: Slot): string {
  return scope + key;
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Bounds how many requests are sent, and how many in a second. */
export class Pace {
  readonly #intervalMs: number;
  readonly #requestsMax: number;
  #nextAtMs = 0;
  #sent = 0;

  constructor({ perSecond, requestsMax }: { readonly perSecond: number; readonly requestsMax: number }) {
    this.#intervalMs = 1000 / perSecond;
    this.#requestsMax = requestsMax;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Whether this many more requests may be sent. */
  hasRoomFor(requests: number): boolean {
    return this.#sent + requests <= this.#requestsMax;
  }

  /**
   * Waits until some requests may be sent together. On average, no more than the rate are sent.
   *
   * @throws {Error} if the bound on requests is reached
   */
  async turn(requests = 1): Promise<void> {
    if (!this.hasRoomFor(requests)) throw new Error(`the limit of ${this.#requestsMax} requests is reached`);
    this.#sent += requests;
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.#nextAtMs);
    this.#nextAtMs = atMs + requests * this.#intervalMs;
    if (atMs - nowMs >= 1) await sleep(atMs - nowMs);
  }
}

/** For how long what a look at the database found is answered to others. */
const freshMs = 200;

/**
 * Whether the database answers. However many ask, and whoever they are, one looks at a time, a few times a second: the open
 * route of it must not take what tenants need.
 */
export class Readiness {
  readonly #ping: () => Promise<void>;
  readonly #nowMs: () => number;
  #looked: Promise<void> | undefined;
  #freshUntilMs = Number.POSITIVE_INFINITY;

  /** @param nowMs a clock that is never set, such as `performance.now` */
  constructor(ping: () => Promise<void>, nowMs: () => number) {
    this.#ping = ping;
    this.#nowMs = nowMs;
  }

  /** @throws what the last look failed with */
  async check(): Promise<void> {
    if (this.#looked === undefined || this.#nowMs() >= this.#freshUntilMs) this.#looked = this.#look();
    await this.#looked;
  }

  async #look(): Promise<void> {
    this.#freshUntilMs = Number.POSITIVE_INFINITY;
    try {
      await this.#ping();
    } finally {
      this.#freshUntilMs = this.#nowMs() + freshMs;
    }
  }
}

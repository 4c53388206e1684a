/** How long the result of a check of the database is reused. */
const freshMs = 200;

/**
 * Whether the database answers. No matter how many clients ask, one check runs at a time, a few times a second: the
 * open route for it must not use up what tenants need.
 */
export class Readiness {
  readonly #ping: () => Promise<void>;
  readonly #nowMs: () => number;
  #looked: Promise<void> | undefined;
  #freshUntilMs = Number.POSITIVE_INFINITY;

  /** @param nowMs a clock that is never adjusted, such as `performance.now` */
  constructor(ping: () => Promise<void>, nowMs: () => number) {
    this.#ping = ping;
    this.#nowMs = nowMs;
  }

  /** @throws the error of the last check */
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

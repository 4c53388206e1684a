const dayMs = 86_400_000;

/** Counts the bytes of request bodies that each tenant sent on a day (UTC): on this instance, since it was started. */
export class DailyBytes {
  readonly #bytesMax: number;
  readonly #sent = new Map<string, number>();
  #day = 0;

  /** @param bytesMax for each tenant; 0 is no limit */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Counts a body, unless it would go beyond the quota.
   *
   * @returns seconds until the next day when it would, else `undefined`
   */
  refusedFor(tenant: string, bytes: number, nowMs: number): number | undefined {
    if (this.#bytesMax === 0) return undefined;
    const day = Math.floor(nowMs / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#sent.clear();
    }
    const sent = (this.#sent.get(tenant) ?? 0) + bytes;
    if (sent > this.#bytesMax) return Math.ceil(((day + 1) * dayMs - nowMs) / 1_000);
    this.#sent.set(tenant, sent);
    return undefined;
  }
}

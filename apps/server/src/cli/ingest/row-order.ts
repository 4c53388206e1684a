/** Whether the rows of a file go back in time, as exports with the newest row first do. */
export class RowOrder {
  #lastMs: number | undefined;
  #forward = 0;
  #backward = 0;

  add(occurredAt: string | undefined): void {
    if (occurredAt === undefined) return;
    const ms = Date.parse(occurredAt);
    if (this.#lastMs !== undefined && ms > this.#lastMs) this.#forward += 1;
    if (this.#lastMs !== undefined && ms < this.#lastMs) this.#backward += 1;
    this.#lastMs = ms;
  }

  get isNewestFirst(): boolean {
    return this.#backward > this.#forward;
  }
}

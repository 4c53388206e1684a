/** Counts places that are taken, by name. */
export interface Tally {
  /** Takes a place, unless `max` are taken already: returns whether it did. */
  take(name: string, max: number): boolean;
  giveBack(name: string): void;
}

/** Counts them in this thread. */
export class LocalTally implements Tally {
  readonly #taken = new Map<string, number>();

  take(name: string, max: number): boolean {
    const taken = this.#taken.get(name) ?? 0;
    if (taken >= max) return false;
    this.#taken.set(name, taken + 1);
    return true;
  }

  giveBack(name: string): void {
    const left = (this.#taken.get(name) ?? 1) - 1;
    if (left === 0) this.#taken.delete(name);
    else this.#taken.set(name, left);
  }
}

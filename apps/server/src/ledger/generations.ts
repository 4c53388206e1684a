/**
 * A bounded map that forgets values which were not used for a long time. It has two generations. A value that is found
 * in the old one moves to the young one. When the young one is full, it replaces the old one, whose values are
 * forgotten.
 */
export class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #weight = 0;
  readonly #weightMax: number;
  readonly #weightOf: (value: V) => number;

  /** @param weightMax the most that a generation holds, unless a single value is heavier */
  constructor(weightMax: number, weightOf: (value: V) => number) {
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
  }

  get(name: string): V | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) this.set(name, old);
    return old;
  }

  set(name: string, value: V): void {
    const before = this.#young.get(name);
    this.#weight += this.#weightOf(value) - (before === undefined ? 0 : this.#weightOf(before));
    this.#young.set(name, value);
    if (this.#weight <= this.#weightMax) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#weight = 0;
  }

  forget(name: string): void {
    const young = this.#young.get(name);
    if (young !== undefined) this.#weight -= this.#weightOf(young);
    this.#young.delete(name);
    this.#old.delete(name);
  }

  forgetAll(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#weight = 0;
  }
}

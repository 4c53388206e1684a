/** What a scope was given. */
export interface Given {
  readonly answers: number;
  readonly bytes: number;
}

/** Counts what scopes are given. */
export interface ScopeTally {
  /** increases when earlier counts are no longer certain */
  readonly generation: number;
  /** what a scope was given since the count began, or more */
  given(scope: string): Given;
  /** Counts an answer. */
  add(scope: string, bytes: number): void;
  forgetAll(): void;
}

const scopesMax = 50_000;
const nothing: Given = { answers: 0, bytes: 0 };

/** The counts of a process with one HTTP thread. */
export class LocalScopes implements ScopeTally {
  #given = new Map<string, Given>();
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  given(scope: string): Given {
    return this.#given.get(scope) ?? nothing;
  }

  add(scope: string, bytes: number): void {
    const before = this.given(scope);
    this.#given.set(scope, { answers: before.answers + 1, bytes: before.bytes + bytes });
    if (this.#given.size > scopesMax) this.forgetAll();
  }

  forgetAll(): void {
    this.#given = new Map();
    this.#generation += 1;
  }
}

/** A promise that was broken in a run. */
export class Violation extends Error {
  /** which promise: it stays the same while a run is made smaller */
  readonly promise: string;

  constructor(promise: string, message: string) {
    super(`${promise}: ${message}`);
    this.name = 'Violation';
    this.promise = promise;
  }
}

/** @throws {Violation} if a promise does not hold */
export function hold(isKept: boolean, promise: string, message: () => string): asserts isKept {
  if (!isKept) throw new Violation(promise, message());
}

/** Keeps the first violation that was found where an error would be taken for one of the database. */
export class FirstViolation {
  #found: Error | undefined;

  watch(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  note(error: unknown): void {
    this.#found ??= error instanceof Error ? error : new Error(String(error));
  }

  /** @throws what was found, if something was */
  rethrow(): void {
    if (this.#found !== undefined) throw this.#found;
  }
}

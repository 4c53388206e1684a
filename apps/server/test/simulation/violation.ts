/** A promise that a run broke. */
export class Violation extends Error {
  /** the broken promise; it remains the same while a run is shrunk */
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

/** Keeps the first violation, where throwing it would look like an error of the database. */
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

  /** @throws the violation, if there is one */
  rethrow(): void {
    if (this.#found !== undefined) throw this.#found;
  }
}

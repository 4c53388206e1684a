import { isPromise } from './awaitable.ts';
import type { Clock } from './clock.ts';
import type { IdempotencyEvent, StoreVerb } from './observer.ts';
import type { Awaitable } from './store.ts';

/** The store failed, or did not answer in time; `cause` is its error. */
export class StoreFailure extends Error {
  readonly code = 'store_unavailable';
  readonly verb: StoreVerb;

  constructor(verb: StoreVerb, cause: unknown) {
    super(`the store failed to ${verb}`, { cause });
    this.name = 'StoreFailure';
    this.verb = verb;
  }
}

/** Calls a store with a limit on the time of each call. */
export class StoreCalls {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #report: (event: IdempotencyEvent) => void;

  constructor(clock: Clock, timeoutMs: number, report: (event: IdempotencyEvent) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#report = report;
  }

  /**
   * Returns the result of the call; a store that answers synchronously costs no timer.
   *
   * @param onLate what to do with an answer that arrives after we gave up waiting for it
   * @throws {StoreFailure}
   */
  call<T>(verb: StoreVerb, run: () => Awaitable<T>, onLate?: (value: T) => void): Awaitable<T> {
    try {
      const result = run();
      return isPromise(result) ? this.#bounded(verb, result, onLate) : result;
    } catch (error) {
      throw this.#failure(verb, error);
    }
  }

  async #bounded<T>(verb: StoreVerb, result: Promise<T>, onLate?: (value: T) => void): Promise<T> {
    const { promise: given, resolve, reject } = Promise.withResolvers<T>();
    let isLate = false;
    const cancel = this.#clock.setTimer(() => {
      isLate = true;
      reject(new Error(`it did not answer within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    result.then((value) => (isLate ? onLate?.(value) : resolve(value)), reject);
    try {
      return await given;
    } catch (error) {
      throw this.#failure(verb, error);
    } finally {
      cancel();
    }
  }

  /** Handles the rejection of a call that no one waits for any more. */
  readonly unforeseen = (error: unknown): void => {
    this.#report({ kind: 'store_failed', verb: 'release', error });
  };

  #failure(verb: StoreVerb, error: unknown): StoreFailure {
    this.#report({ kind: 'store_failed', verb, error });
    return new StoreFailure(verb, error);
  }
}

import { isPromise } from '../awaitable.ts';
import { waitFor } from '../clock.ts';
import type { Awaitable, Completion, Slot, StoredRecord } from '../store.ts';
import type { OperationContext } from './context.ts';

/** How often a call that must succeed is tried, and the pause after a failure. */
const attemptsMax = 3;
const attemptPauseMs = 50;

/**
 * A key in the store that one execution holds. If the store fails, the failure is reported and the result is
 * `undefined`.
 */
export class HeldKey {
  readonly slot: Slot;
  readonly fencingToken: number;
  readonly #context: Pick<OperationContext, 'settings' | 'calls'>;

  constructor(context: Pick<OperationContext, 'settings' | 'calls'>, slot: Slot, fencingToken: number) {
    this.#context = context;
    this.slot = slot;
    this.fencingToken = fencingToken;
  }

  /** Whether the lease is still held; if so, it now lasts `leaseMs` from now. */
  renew(leaseMs: number): Awaitable<boolean | undefined> {
    const { settings, calls } = this.#context;
    return attempt(() =>
      calls.call('renew', () => settings.store.renew(this.slot, this.fencingToken, leaseMs)),
    );
  }

  /** Frees the key. If this fails, the key is refused once its lease has lapsed: too strict, but safe. */
  release(): Awaitable<unknown> {
    const { settings, calls } = this.#context;
    return attempt(() => calls.call('release', () => settings.store.release(this.slot, this.fencingToken)));
  }

  /** Stores the completion; `false` if another execution has taken over. Retried if the store fails. */
  complete(completion: Completion): Awaitable<boolean | undefined> {
    const { settings, calls } = this.#context;
    return this.#persist(() =>
      calls.call('complete', () => settings.store.complete(this.slot, this.fencingToken, completion)),
    );
  }

  /** Applies `read` to the record of the key, if there is one. Retried if the store or `read` fails. */
  inspect<T>(read: (record: StoredRecord | undefined) => T): Awaitable<T | undefined> {
    const { settings, calls } = this.#context;
    return this.#persist(async () => {
      const found = await calls.call('inspect', () => settings.store.inspect(this.slot));
      return read(found?.record);
    });
  }

  #persist<T>(run: () => Awaitable<T>): Awaitable<T | undefined> {
    const result = attempt(run);
    return isPromise(result) || result === undefined ? this.#persistLater(run, result) : result;
  }

  async #persistLater<T>(run: () => Awaitable<T>, first: Awaitable<T | undefined>): Promise<T | undefined> {
    let result = await first;
    for (let tried = 1; tried < attemptsMax && result === undefined; tried++) {
      await waitFor(this.#context.settings.clock, attemptPauseMs);
      result = await attempt(run);
    }
    return result;
  }
}

/** The result of a call to the store; `undefined` if it failed, which was reported. */
function attempt<T>(run: () => Awaitable<T>): Awaitable<T | undefined> {
  try {
    const result = run();
    return isPromise(result) ? result.catch(() => undefined) : result;
  } catch {
    return undefined;
  }
}

import type { Awaitable, IdempotencyStore } from '../../core/store.ts';
import type { ManualClock } from '../manual-clock.ts';

/** A store to check against the laws: empty or not, shared or not, but it must use the given clock. */
export interface StoreSubject {
  readonly store: IdempotencyStore;
  readonly clock: ManualClock;
  /** Opens the store without a given clock, if its clock is that of a server and not of this process. */
  readonly openByServerClock?: () => Awaitable<IdempotencyStore>;
  /** Opens an empty store whose last fencing token was this one, if its tokens are stored as numbers in a database. */
  readonly openAtToken?: (lastToken: number) => Awaitable<IdempotencyStore>;
}

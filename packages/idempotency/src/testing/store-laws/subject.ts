import type { Awaitable, IdempotencyStore } from '../../core/store.ts';
import type { ManualClock } from '../manual-clock.ts';

/** A store to hold the laws against: empty or not, shared or not, but going by the given clock. */
export interface StoreSubject {
  readonly store: IdempotencyStore;
  readonly clock: ManualClock;
  /** Opens the store without a given clock, where that is the clock of a server and not of this process. */
  readonly openByServerClock?: () => Awaitable<IdempotencyStore>;
  /** Opens an empty store whose last fencing token was this one, where its tokens are stored as numbers of a database. */
  readonly openAtToken?: (lastToken: number) => Awaitable<IdempotencyStore>;
}

export { type FetchClock, systemFetchClock } from './fetch-clock.ts';
export type { FetchPort, IdempotentFetchOptions } from './fetch-options.ts';
export {
  createIdempotentFetch,
  type IdempotentFetch,
  type IdempotentRequestInit,
  idempotencyKeyOf,
} from './idempotent-fetch.ts';
export {
  IdempotentFetchError,
  type IdempotentFetchErrorCode,
  type IdempotentFetchProgress,
} from './idempotent-fetch-error.ts';
export type { Journal, JournalEntry, PendingOperation } from './journal.ts';
export { newUuidV7 } from './new-uuid-v7.ts';
export { type RandomSource, systemRandomSource } from './random-source.ts';
export type { RetriedAnswer, Retry } from './retry.ts';
export { wasReplayed } from './was-replayed.ts';

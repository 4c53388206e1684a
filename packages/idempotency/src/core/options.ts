import type { AbandonedOperation, AbandonedVerdict } from './abandoned.ts';
import type { AnswerCipher, EncryptionKey } from './answer-cipher.ts';
import type { Clock } from './clock.ts';
import type { KeySpelling } from './idempotency-key.ts';
import type { MemberPath } from './json-member.ts';
import type { JudgedAnswer } from './judged-answer.ts';
import type { IsKept } from './kept-response.ts';
import type { KeyPlace } from './key-options.ts';
import type { Observer } from './observer.ts';
import type { RenderRefusal } from './own-refusal.ts';
import type { ProfileName } from './profile.ts';
import type { Profile } from './profiles/profile-shape.ts';
import type { Awaitable, IdempotencyStore } from './store.ts';

/** How an API keeps its writes retry-safe. Every duration is in milliseconds. */
export interface IdempotencyOptions<Request = unknown> {
  /** where the records are kept */
  readonly store: IdempotencyStore;
  /** the dialect of refusals and replays; `default` */
  readonly profile?: ProfileName;
  /**
   * `leased` (the default): the effects live anywhere. `atomic`: each handler completes its operation inside its own
   * transaction, and an operation that was not completed did not happen.
   */
  readonly mode?: 'leased' | 'atomic';
  /** whether a request without a key is refused; false */
  readonly requireKey?: boolean;
  /** whether a key must be a quoted string (RFC 9651); `any` also accepts the bare value */
  readonly keySpelling?: KeySpelling;
  /** the shortest and the longest accepted key, in characters; 1 and 255 */
  readonly keyLengthMin?: number;
  readonly keyLengthMax?: number;
  /** what a key must match; add `^` and `$` to match all of it; no flag `g` or `y` */
  readonly keyPattern?: RegExp;
  /** whether every answer to a request with a key returns the key in a header; false */
  readonly echoKey?: boolean;
  /** `endpoint`: the same key with another method or path is another operation, not a conflict; `caller` */
  readonly keysPer?: 'caller' | 'endpoint';
  /**
   * members of a JSON body that differ from retry to retry, and are not compared; a list of names leads to a nested
   * member
   */
  readonly ignoreMembers?: readonly MemberPath[];
  /**
   * headers of the request that are compared, besides `If-Match`: `['x-account']`. Another value makes it another
   * request
   */
  readonly compareHeaders?: readonly string[];
  /** the methods that are protected; POST, PUT, PATCH and DELETE */
  readonly methods?: readonly string[];
  /** the length of a lease, which is renewed while the handler lives; 30 s */
  readonly leaseMs?: number;
  /** how long an execution may take before its lease is given up and its signal aborted; 15 min */
  readonly executionMsMax?: number;
  /** how long an answer is kept; 24 h */
  readonly answerTtlMs?: number;
  /** how long a key refuses a second execution; by default what the store sets, otherwise 400 days */
  readonly retentionMs?: number;
  /** how far in the future the time of a UUIDv7 key may be; 5 min */
  readonly futureToleranceMs?: number;
  /**
   * A UUIDv7 key made before this moment, in milliseconds since the epoch, is refused unless it has a record; 0. Set it
   * to the moment at which you raised `retentionMs`: the records of older keys may be gone already.
   */
  readonly forgottenBeforeMs?: number;
  /** how long a duplicate waits for the answer of the first request; 5 s */
  readonly waitMs?: number;
  /** how many duplicates may wait in this process; 1,000 */
  readonly waitersMax?: number;
  /** what a retry gets if its operation began and never ended; `refuse`. Not for the atomic mode */
  readonly onAbandoned?:
    | 'refuse'
    | 'rerun'
    | ((operation: AbandonedOperation) => Awaitable<AbandonedVerdict>);
  /**
   * What happens to the key after an answer of 500 or above, in the leased mode. `free`: nothing took effect, a retry
   * is executed. `keep`: the answer is stored. `unknown`: no one knows; a retry is refused, or handled by
   * `onAbandoned`. If this option is set, `shouldStore` is not called for such answers. By default `free`.
   */
  readonly onServerError?: 'free' | 'keep' | 'unknown';
  /**
   * What happens to the key after an answer from 400 to 499, in the leased mode. `free`: a retry is executed, so that
   * failed work is done again. `keep`: the answer is stored. If this option is set, `shouldStore` is not called for
   * such answers.
   */
  readonly onClientError?: 'free' | 'keep';
  /** `refuse` answers 503 when the store fails; `proceed` runs the handler without protection */
  readonly onStoreError?: 'refuse' | 'proceed';
  /** how long one call of the store may take; 2 s */
  readonly storeTimeoutMs?: number;
  /** the largest body of a request with a key, in bytes, if the adapter reads the body itself; 1 MiB */
  readonly requestBytesMax?: number;
  /** the largest answer that is kept, in bytes; a larger answer is sent, and leaves a tombstone; 1 MiB */
  readonly answerBytesMax?: number;
  /** headers of an answer to keep, besides those of its representation; `x-mine-*` stands for all with that prefix */
  readonly keepHeaders?: readonly string[];
  /**
   * Whether an answer is stored. Not storing it declares that nothing took effect: the key is free again. By default
   * every status below 500 is stored except 401, 402, 403, 408, 413, 415, 421, 425 and 429, which say that nothing was
   * done yet.
   */
  readonly shouldStore?: (answer: JudgedAnswer) => boolean;
  /** keys to encrypt stored answers with (AES-256-GCM): the first encrypts, all of them decrypt */
  readonly encryption?: readonly EncryptionKey[];
  /** renders refusals in the application's own form; the status is that of the profile unless the form sets one */
  readonly renderRefusal?: RenderRefusal;
  /** receives events */
  readonly observer?: Observer<NoInfer<Request>>;
  /** where the API documents its idempotency keys; referenced in problem details */
  readonly documentationUrl?: string;
  readonly clock?: Clock;
  readonly newRequestId?: () => string;
}

/** Options, checked and with every default filled in. */
export interface EngineSettings {
  readonly store: IdempotencyStore;
  readonly profile: Profile;
  readonly mode: 'leased' | 'atomic';
  readonly requireKey: boolean;
  readonly keySpelling: KeySpelling;
  readonly keyPlace: KeyPlace;
  readonly keyLengthMin: number;
  readonly keyLengthMax: number;
  readonly keyPattern: RegExp | undefined;
  readonly methods: ReadonlySet<string>;
  readonly leaseMs: number;
  readonly executionMsMax: number;
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  readonly futureToleranceMs: number;
  readonly forgottenBeforeMs: number;
  readonly waitMs: number;
  readonly waitersMax: number;
  readonly onAbandoned: NonNullable<IdempotencyOptions['onAbandoned']>;
  readonly onServerError: 'free' | 'keep' | 'unknown' | undefined;
  readonly onClientError: 'free' | 'keep' | undefined;
  readonly echoKey: boolean;
  readonly keysPer: 'caller' | 'endpoint';
  readonly ignoreMembers: readonly MemberPath[];
  /** in lower case */
  readonly compareHeaders: readonly string[];
  readonly renderRefusal: RenderRefusal | undefined;
  readonly onStoreError: 'refuse' | 'proceed';
  readonly storeTimeoutMs: number;
  readonly requestBytesMax: number;
  readonly answerBytesMax: number;
  readonly isKeptHeader: IsKept;
  readonly shouldStore: NonNullable<IdempotencyOptions['shouldStore']>;
  readonly cipher: AnswerCipher | undefined;
  readonly observer: Observer<never> | undefined;
  readonly documentationUrl: string | undefined;
  readonly clock: Clock;
  readonly newRequestId: () => string;
}

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
  /** where the records are */
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
  /** whether a key must be a quoted string (RFC 9651); `any` takes the bare value too */
  readonly keySpelling?: KeySpelling;
  /** the shortest and the longest key that is taken, in characters; 1 and 255 */
  readonly keyLengthMin?: number;
  readonly keyLengthMax?: number;
  /** what a key must match, `^` and `$` included where all of it is meant; no flag `g` or `y` */
  readonly keyPattern?: RegExp;
  /** whether every answer to a request with a key has the key in a header; false */
  readonly echoKey?: boolean;
  /** `endpoint`: the same key at another method or path is another operation, and no conflict; `caller` */
  readonly keysPer?: 'caller' | 'endpoint';
  /** members of a JSON body that differ from retry to retry, and are not compared; a list of names goes into nested ones */
  readonly ignoreMembers?: readonly MemberPath[];
  /** headers of the request that are compared, besides `If-Match`: `['x-account']`. Another value is another request */
  readonly compareHeaders?: readonly string[];
  /** the methods that are protected; POST, PUT, PATCH and DELETE */
  readonly methods?: readonly string[];
  /** how long a lease holds unless it is renewed, which it is while the handler lives; 30 s */
  readonly leaseMs?: number;
  /** how long an execution may take before its lease is given up and its signal aborted; 15 min */
  readonly executionMsMax?: number;
  /** how long an answer is kept; 24 h */
  readonly answerTtlMs?: number;
  /** how long a key refuses a second execution; what the store says, else 400 days */
  readonly retentionMs?: number;
  /** how far ahead the time of a UUIDv7 key may be; 5 min */
  readonly futureToleranceMs?: number;
  /**
   * A UUIDv7 key made before this moment, in milliseconds since the epoch, is refused unless it has a record; 0. Set it to the
   * moment at which `retentionMs` was raised: the records of older keys may be gone already.
   */
  readonly forgottenBeforeMs?: number;
  /** how long a duplicate waits for the answer of the first request; 5 s */
  readonly waitMs?: number;
  /** how many duplicates may wait in this process; 1,000 */
  readonly waitersMax?: number;
  /** what a retry of an operation gets that was begun and never ended; `refuse`. Not for the atomic mode */
  readonly onAbandoned?:
    | 'refuse'
    | 'rerun'
    | ((operation: AbandonedOperation) => Awaitable<AbandonedVerdict>);
  /**
   * What becomes of the key of an answer of 500 or above, in the leased mode. `free`: nothing took effect, a retry is
   * executed. `keep`: the answer is stored. `unknown`: no one knows, a retry is refused, or what `onAbandoned` says. Where
   * it is given, `shouldStore` is not asked about such answers; by default `free`.
   */
  readonly onServerError?: 'free' | 'keep' | 'unknown';
  /**
   * What becomes of the key of an answer from 400 to 499, in the leased mode. `free`: a retry is executed, so that failed
   * work is done again. `keep`: the answer is stored. Where it is given, `shouldStore` is not asked about such answers.
   */
  readonly onClientError?: 'free' | 'keep';
  /** `refuse` answers 503 when the store fails; `proceed` runs the handler without protection */
  readonly onStoreError?: 'refuse' | 'proceed';
  /** how long the store may take for one verb; 2 s */
  readonly storeTimeoutMs?: number;
  /** the largest body of a request that carries a key, in bytes, where the adapter reads it itself; 1 MiB */
  readonly requestBytesMax?: number;
  /** the largest answer that is kept, in bytes; a larger one is sent, and leaves a tombstone; 1 MiB */
  readonly answerBytesMax?: number;
  /** headers of an answer to keep, besides those of its representation; `x-mine-*` names all that begin so */
  readonly keepHeaders?: readonly string[];
  /**
   * Whether an answer is stored. Not to store it declares that nothing took effect: the key is free again. By default
   * every status below 500 but 401, 402, 403, 408, 413, 415, 421, 425 and 429, which say that nothing was done yet.
   */
  readonly shouldStore?: (answer: JudgedAnswer) => boolean;
  /** keys to encrypt stored answers with (AES-256-GCM): the first encrypts, all of them decrypt */
  readonly encryption?: readonly EncryptionKey[];
  /** puts refusals into the application's own form; the status is that of the profile unless it gives one */
  readonly renderRefusal?: RenderRefusal;
  /** is told what happens */
  readonly observer?: Observer<NoInfer<Request>>;
  /** where the API documents its idempotency keys; named in problem details */
  readonly documentationUrl?: string;
  readonly clock?: Clock;
  readonly newRequestId?: () => string;
}

/** Options with every default filled in, and checked. */
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

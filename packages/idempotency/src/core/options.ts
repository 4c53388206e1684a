import { AnswerCipher, type EncryptionKey } from './answer-cipher.ts';
import { type Clock, systemClock } from './clock.ts';
import type { KeySpelling } from './idempotency-key.ts';
import { type KeptHeader, type KeptResponse, representationHeaders } from './kept-response.ts';
import type { Observer } from './observer.ts';
import { type Profile, type ProfileName, profiles } from './profile.ts';
import type { Awaitable, IdempotencyStore } from './store.ts';

/** What is known of an operation that was begun and never ended. */
export interface AbandonedOperation {
  readonly method: string;
  readonly path: string;
  /** the idempotency key, as the client sent it: another caller may use the same one */
  readonly key: string;
  /** `Operation.reference` of the first execution */
  readonly reference: string;
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
}

/**
 * What a retry of an abandoned operation gets: a refusal, another execution, or the answer that the first one would
 * have got, found out by looking.
 */
export type AbandonedVerdict = 'refuse' | 'rerun' | KeptResponse;

/** How an API keeps its writes retry-safe. Every duration is in milliseconds. */
export interface IdempotencyOptions {
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
  /** how long a duplicate waits for the answer of the first request; 5 s */
  readonly waitMs?: number;
  /** how many duplicates may wait in this process; 1,000 */
  readonly waitersMax?: number;
  /** what a retry of an operation gets that was begun and never ended; `refuse`. Not for the atomic mode */
  readonly onAbandoned?:
    | 'refuse'
    | 'rerun'
    | ((operation: AbandonedOperation) => Awaitable<AbandonedVerdict>);
  /** `refuse` answers 503 when the store fails; `proceed` runs the handler without protection */
  readonly onStoreError?: 'refuse' | 'proceed';
  /** how long the store may take for one verb; 2 s */
  readonly storeTimeoutMs?: number;
  /** the largest body of a request that carries a key, in bytes, where the adapter reads it itself; 1 MiB */
  readonly requestBytesMax?: number;
  /** the largest answer that is kept, in bytes; a larger one is refused, never cut; 1 MiB */
  readonly answerBytesMax?: number;
  /** headers of an answer to keep, besides those of its representation */
  readonly keepHeaders?: readonly string[];
  /**
   * Whether an answer is stored. Not to store it declares that nothing took effect: the key is free again. By default
   * every status below 500 but 401, 402, 403, 408, 413, 415, 421, 425 and 429, which say that nothing was done yet.
   */
  readonly shouldStore?: (answer: {
    readonly status: number;
    readonly headers: readonly KeptHeader[];
  }) => boolean;
  /** keys to encrypt stored answers with (AES-256-GCM): the first encrypts, all of them decrypt */
  readonly encryption?: readonly EncryptionKey[];
  /** is told what happens */
  readonly observer?: Observer;
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
  readonly methods: ReadonlySet<string>;
  readonly leaseMs: number;
  readonly executionMsMax: number;
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  readonly futureToleranceMs: number;
  readonly waitMs: number;
  readonly waitersMax: number;
  readonly onAbandoned: NonNullable<IdempotencyOptions['onAbandoned']>;
  readonly onStoreError: 'refuse' | 'proceed';
  readonly storeTimeoutMs: number;
  readonly requestBytesMax: number;
  readonly answerBytesMax: number;
  readonly keptHeaders: readonly string[];
  readonly shouldStore: NonNullable<IdempotencyOptions['shouldStore']>;
  readonly cipher: AnswerCipher | undefined;
  readonly observer: Observer | undefined;
  readonly documentationUrl: string | undefined;
  readonly clock: Clock;
  readonly newRequestId: () => string;
}

/** A mistake in the options; thrown when they are given, never at a request. `faults` names every one. */
export class InvalidOptionsError extends Error {
  readonly code = 'invalid_options';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the options of @billonce/idempotency are not valid: ${faults.join('; ')}`);
    this.name = 'InvalidOptionsError';
    this.faults = faults;
  }
}

/** Milliseconds of a second, a minute, an hour, a day. */
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const mebibyte = 1024 * 1024;

/** Bounds of every number among the options: default, least, most. */
const numbers = {
  leaseMs: [30 * secondMs, 100, dayMs],
  executionMsMax: [15 * minuteMs, 100, 7 * dayMs],
  answerTtlMs: [dayMs, 1, 3650 * dayMs],
  retentionMs: [400 * dayMs, 1, 3650 * dayMs],
  futureToleranceMs: [5 * minuteMs, 0, dayMs],
  waitMs: [5 * secondMs, 0, hourMs],
  waitersMax: [1000, 0, 1_000_000],
  storeTimeoutMs: [2 * secondMs, 10, 10 * minuteMs],
  requestBytesMax: [mebibyte, 0, 1024 * mebibyte],
  answerBytesMax: [mebibyte, 0, 256 * mebibyte],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;

/** Every option that there is: an unknown one is a mistake, most likely a misspelled one. */
const optionNames: ReadonlySet<string> = new Set<string>([
  ...Object.keys(numbers),
  'store',
  'profile',
  'mode',
  'requireKey',
  'keySpelling',
  'methods',
  'onAbandoned',
  'onStoreError',
  'keepHeaders',
  'shouldStore',
  'encryption',
  'observer',
  'documentationUrl',
  'clock',
  'newRequestId',
]);

/** Headers that speak of one exchange, and so are made anew for each answer. */
const neverKept: ReadonlySet<string> = new Set([
  'set-cookie',
  'date',
  'age',
  'server',
  'via',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'x-request-id',
  'x-correlation-id',
  'request-id',
  'traceparent',
  'tracestate',
  'idempotency-replayed',
  'idempotent-replayed',
]);

const storeVerbs = ['claim', 'renew', 'complete', 'release', 'inspect'] as const;

/**
 * Fills in the defaults and checks every option.
 *
 * @param adapterOptions names of further options, which the adapter checks itself
 * @throws {InvalidOptionsError} that names every mistake
 */
export function checkOptions(
  options: IdempotencyOptions,
  adapterOptions: readonly string[] = [],
  adapterFaults: readonly string[] = [],
): EngineSettings {
  const faults = [...adapterFaults];
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionsError(['options must be an object']);
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name) && !adapterOptions.includes(name)) faults.push(`there is no option ${name}`);
  }
  checkStore(options.store, faults);
  checkWords(options, faults);
  const size = readNumbers(options, faults);
  if (size.retentionMs < size.answerTtlMs) faults.push('retentionMs must not be shorter than answerTtlMs');
  if (options.mode === 'atomic' && options.onAbandoned !== undefined) {
    faults.push(
      'onAbandoned is not for the atomic mode, in which an operation that was not completed did not happen',
    );
  }
  const keptHeaders = checkKeptHeaders(options.keepHeaders, faults);
  checkEncryption(options.encryption, faults);
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return {
    ...size,
    store: options.store,
    profile: profiles[options.profile ?? 'default'],
    mode: options.mode ?? 'leased',
    requireKey: options.requireKey ?? false,
    keySpelling: options.keySpelling ?? 'any',
    methods: new Set(
      (options.methods ?? ['POST', 'PUT', 'PATCH', 'DELETE']).map((name) => name.toUpperCase()),
    ),
    onAbandoned: options.mode === 'atomic' ? 'rerun' : (options.onAbandoned ?? 'refuse'),
    onStoreError: options.onStoreError ?? 'refuse',
    keptHeaders,
    shouldStore: options.shouldStore ?? isStoredByDefault,
    cipher: options.encryption === undefined ? undefined : new AnswerCipher(options.encryption),
    observer: options.observer,
    documentationUrl: options.documentationUrl,
    clock: options.clock ?? systemClock,
    newRequestId: options.newRequestId ?? (() => crypto.randomUUID()),
  };
}

/**
 * Answers below 500 that say that the operation has not begun: the same request succeeds later, after a login, a
 * payment or a pause. A stored 402 would be replayed to a client that has paid.
 */
const nothingDone: ReadonlySet<number> = new Set([401, 402, 403, 408, 413, 415, 421, 425, 429]);

function isStoredByDefault({ status }: { readonly status: number }): boolean {
  return status < 500 && !nothingDone.has(status);
}

function checkStore(store: unknown, faults: string[]): void {
  const missing = storeVerbs.filter(
    (verb) => typeof (store as Partial<Record<string, unknown>> | undefined)?.[verb] !== 'function',
  );
  if (missing.length > 0) faults.push(`store must be a store: it has no ${missing.join(', ')}`);
}

function checkWords(options: IdempotencyOptions, faults: string[]): void {
  const oneOf = (name: keyof IdempotencyOptions, words: readonly unknown[]) => {
    const value = options[name];
    if (value !== undefined && !words.includes(value)) faults.push(`${name} must be ${words.join(' or ')}`);
  };
  oneOf('profile', Object.keys(profiles));
  oneOf('mode', ['leased', 'atomic']);
  oneOf('requireKey', [true, false]);
  oneOf('keySpelling', ['any', 'structured']);
  if (typeof options.onAbandoned !== 'function') oneOf('onAbandoned', ['refuse', 'rerun']);
  oneOf('onStoreError', ['refuse', 'proceed']);
  for (const name of ['shouldStore', 'observer', 'newRequestId'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      faults.push(`${name} must be a function`);
  }
  if (options.documentationUrl !== undefined && !URL.canParse(options.documentationUrl, 'http://localhost')) {
    faults.push('documentationUrl must be a URL');
  }
  const methods: readonly unknown[] = options.methods ?? [];
  if (
    !Array.isArray(methods) ||
    methods.some((name) => typeof name !== 'string' || !/^[A-Za-z-]+$/.test(name))
  ) {
    faults.push('methods must be a list of HTTP methods');
  }
}

function readNumbers(options: IdempotencyOptions, faults: string[]): Record<keyof typeof numbers, number> {
  const read = (name: keyof typeof numbers): number => {
    const [standard, least, most] = numbers[name];
    const value: unknown = options[name];
    if (value === undefined)
      return name === 'retentionMs' ? (options.store?.retentionMsDefault ?? standard) : standard;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    faults.push(`${name} must be a whole number from ${least} to ${most}`);
    return standard;
  };
  return {
    leaseMs: read('leaseMs'),
    executionMsMax: read('executionMsMax'),
    answerTtlMs: read('answerTtlMs'),
    retentionMs: read('retentionMs'),
    futureToleranceMs: read('futureToleranceMs'),
    waitMs: read('waitMs'),
    waitersMax: read('waitersMax'),
    storeTimeoutMs: read('storeTimeoutMs'),
    requestBytesMax: read('requestBytesMax'),
    answerBytesMax: read('answerBytesMax'),
  };
}

function checkKeptHeaders(names: readonly string[] | undefined, faults: string[]): readonly string[] {
  if (names === undefined) return representationHeaders;
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    faults.push('keepHeaders must be a list of header names');
    return representationHeaders;
  }
  const lower = names.map((name) => name.toLowerCase());
  const refused = lower.filter((name) => neverKept.has(name));
  if (refused.length > 0)
    faults.push(`keepHeaders must not name ${refused.join(', ')}: made anew for each answer`);
  return [...representationHeaders, ...lower];
}

function checkEncryption(keys: readonly EncryptionKey[] | undefined, faults: string[]): void {
  if (keys === undefined) return;
  if (!Array.isArray(keys) || keys.length === 0) {
    faults.push('encryption must be a list of at least one key');
    return;
  }
  for (const [at, key] of keys.entries()) {
    if (typeof key?.id !== 'string' || !/^[\x21-\x7e]{1,32}$/.test(key.id)) {
      faults.push(`encryption[${at}].id must be 1 to 32 visible ASCII characters`);
    }
    if (!(key?.secret instanceof Uint8Array) || key.secret.length !== 32) {
      faults.push(`encryption[${at}].secret must be 32 bytes`);
    }
  }
  if (new Set(keys.map((key) => key?.id)).size < keys.length)
    faults.push('encryption names the same key twice');
}

import { runtimeFaults } from '../core/runtime-fault.ts';
import type { BackOff } from './back-off.ts';
import { type FetchClock, systemFetchClock } from './fetch-clock.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import type { Journal } from './journal.ts';
import { type RandomSource, systemRandomSource } from './random-source.ts';
import type { Retry } from './retry.ts';

/** Sends one request: `fetch`, or a similar function. It obeys `init.signal`. */
export type FetchPort = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How a client keeps its writes retry-safe. Every duration is in milliseconds. */
export interface IdempotentFetchOptions {
  /** sends each attempt; the global `fetch` */
  readonly fetch?: FetchPort;
  /** the spelling of the key: `bare`, or `structured`, the quoted string of RFC 9651; `bare` */
  readonly keySpelling?: 'bare' | 'structured';
  /** how long one call may take, including all attempts and waits; 2 min */
  readonly deadlineMs?: number;
  /** how long one attempt may take until its answer has been read; 30 s */
  readonly attemptTimeoutMs?: number;
  /** the most requests that one call sends; 10 */
  readonly attemptsMax?: number;
  /** the upper bound of the first random wait, doubled with each attempt; 200 ms */
  readonly baseDelayMs?: number;
  /** the greatest upper bound of a random wait; 20 s. A `Retry-After` may ask for more */
  readonly maxDelayMs?: number;
  /** the longest wait that a `Retry-After` can ask for; a longer one is shortened to it. By default only `deadlineMs` bounds it */
  readonly maxRetryAfterMs?: number;
  /** Called before each wait, to write a log for example. An error that it throws ends the call. */
  readonly onRetry?: (retry: Retry) => void;
  /**
   * the largest stream, `Blob`, form or body of a `Request` that is read into memory so that it can be sent again, in
   * bytes; 8 MiB
   */
  readonly bodyBytesMax?: number;
  /**
   * How much of the answer to a request with a key is read before it is returned, in bytes, so that a connection that
   * breaks in the middle is retried, too; 1 MiB. The rest of a longer answer, and `text/event-stream`, is streamed. 0
   * streams everything: for answers that trickle.
   */
  readonly answerBytesMax?: number;
  /** remembers the keys of named operations, so that a client continues with the same key after it was killed */
  readonly journal?: Journal;
  /**
   * When the journal forgets an operation. `by_caller`: only when the program calls `journal.end(operation,
   * idempotencyKeyOf(response))`, after it has saved the answer; after a crash in between, the same key is sent again.
   * `on_answer`: once its answer is returned; a program that dies before it has saved the answer then starts the
   * operation with a new key, and it happens twice. `by_caller`
   */
  readonly operationsEnd?: 'on_answer' | 'by_caller';
  readonly clock?: FetchClock;
  readonly random?: RandomSource;
}

/** Options, checked and with every default filled in. */
export interface FetchSettings extends BackOff {
  readonly fetch: FetchPort;
  readonly keySpelling: 'bare' | 'structured';
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly attemptsMax: number;
  readonly maxRetryAfterMs: number;
  readonly onRetry: ((retry: Retry) => void) | undefined;
  readonly bodyBytesMax: number;
  readonly answerBytesMax: number;
  readonly journal: Journal | undefined;
  readonly operationsEnd: 'on_answer' | 'by_caller';
  readonly clock: FetchClock;
  readonly random: RandomSource;
}

const minuteMs = 60_000;
// A timer of JavaScript holds 2³¹ ms, which is 24.8 days.
const durationMsMax = 14 * 24 * 60 * minuteMs;
const mebibyte = 1024 * 1024;

/** Bounds of every numeric option: default, least, most. */
const numbers = {
  deadlineMs: [2 * minuteMs, 1, durationMsMax],
  attemptTimeoutMs: [minuteMs / 2, 1, durationMsMax],
  attemptsMax: [10, 1, 1_000_000],
  baseDelayMs: [200, 0, durationMsMax],
  maxDelayMs: [20_000, 0, durationMsMax],
  maxRetryAfterMs: [durationMsMax, 0, durationMsMax],
  bodyBytesMax: [8 * mebibyte, 0, 1024 * mebibyte],
  answerBytesMax: [mebibyte, 0, 1024 * mebibyte],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;

type NumberName = keyof typeof numbers;

const words = { keySpelling: ['bare', 'structured'], operationsEnd: ['on_answer', 'by_caller'] } as const;
const functions = ['fetch', 'random', 'onRetry'] as const;

/** Every existing option. An unknown one is a mistake, most likely a misspelling. */
const optionNames: ReadonlySet<string> = new Set([
  ...Object.keys(numbers),
  ...Object.keys(words),
  ...functions,
  'journal',
  'clock',
] satisfies readonly (string | keyof IdempotentFetchOptions)[]);

/**
 * Fills in the defaults and checks every option.
 *
 * @throws {IdempotentFetchError} `invalid_options`, listing every mistake
 */
export function checkFetchOptions(options: IdempotentFetchOptions): FetchSettings {
  const unknown = Object.keys(options).filter((name) => !optionNames.has(name));
  const faults = [...runtimeFaults(), ...unknown.map((name) => `there is no option ${name}`)];
  for (const [name, allowed] of Object.entries(words)) {
    const value = memberOf(options, name);
    if (value !== undefined && !allowed.some((word) => word === value)) {
      faults.push(`${name} must be ${allowed.join(' or ')}`);
    }
  }
  for (const name of functions) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      faults.push(`${name} must be a function`);
    }
  }
  checkVerbs('journal', options.journal, ['begin', 'end', 'pending'], faults);
  checkVerbs('clock', options.clock, ['nowMs', 'sleep'], faults);
  const read = (name: NumberName) => readNumber(name, options[name], faults);
  const settings: FetchSettings = {
    // Looked up at each call, so that later instrumentation of the global fetch is used, too.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    keySpelling: options.keySpelling ?? 'bare',
    deadlineMs: read('deadlineMs'),
    attemptTimeoutMs: read('attemptTimeoutMs'),
    attemptsMax: read('attemptsMax'),
    baseDelayMs: read('baseDelayMs'),
    maxDelayMs: read('maxDelayMs'),
    maxRetryAfterMs: read('maxRetryAfterMs'),
    onRetry: options.onRetry,
    bodyBytesMax: read('bodyBytesMax'),
    answerBytesMax: read('answerBytesMax'),
    journal: options.journal,
    operationsEnd: options.operationsEnd ?? 'by_caller',
    clock: options.clock ?? systemFetchClock,
    random: options.random ?? systemRandomSource,
  };
  throwFaults(faults);
  return settings;
}

/** The options of a single call. */
export interface CallOptions {
  readonly deadlineMs?: number | undefined;
  readonly answerBytesMax?: number | undefined;
  readonly operation?: string | undefined;
}

const operationLengthMax = 256;

/**
 * The settings, combined with the options of a single call.
 *
 * @throws {IdempotentFetchError} `invalid_options`
 */
export function settingsOfCall(settings: FetchSettings, call: CallOptions, isSafe: boolean): FetchSettings {
  const faults: string[] = [];
  const { operation } = call;
  if (operation !== undefined) {
    if (settings.journal === undefined) faults.push('an operation needs a journal, which was not given');
    if (isSafe)
      faults.push('an operation is for a request with a key, which GET, HEAD and OPTIONS do not have');
    if (typeof operation !== 'string' || operation === '' || operation.length > operationLengthMax) {
      faults.push(`operation must be a text of 1 to ${operationLengthMax} characters`);
    } else if (!operation.isWellFormed()) faults.push('operation must not have lone surrogates');
  }
  const read = (name: 'deadlineMs' | 'answerBytesMax') =>
    call[name] === undefined ? settings[name] : readNumber(name, call[name], faults);
  const merged = { ...settings, deadlineMs: read('deadlineMs'), answerBytesMax: read('answerBytesMax') };
  throwFaults(faults);
  return merged;
}

function readNumber(name: NumberName, value: unknown, faults: string[]): number {
  const [standard, least, most] = numbers[name];
  if (value === undefined) return standard;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  faults.push(`${name} must be a whole number from ${least} to ${most}`);
  return standard;
}

function checkVerbs(name: string, port: unknown, verbs: readonly string[], faults: string[]): void {
  if (port === undefined) return;
  const missing = verbs.filter((verb) => typeof memberOf(port, verb) !== 'function');
  if (missing.length > 0) faults.push(`${name} has no ${missing.join(', ')}`);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function throwFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new IdempotentFetchError(
    'invalid_options',
    `the options of idempotentFetch are not valid: ${faults.join('; ')}`,
  );
}

import { checkOptions } from '../core/check-options.ts';
import type { KeptResponse } from '../core/kept-response.ts';
import type { EngineSettings, IdempotencyOptions } from '../core/options.ts';
import type { Awaitable } from '../core/store.ts';
import { encodeResult } from './result.ts';

/** Work that began and never ended. */
export interface AbandonedWork {
  readonly key: string;
  /** `OnceOperation.reference` of the first time */
  readonly reference: string;
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
}

/** What the key of abandoned work gets: an error, another execution, or its result, which the application looked up. */
export type AbandonedWorkVerdict = 'refuse' | 'rerun' | { readonly result: unknown };

/** The options that mean the same as for HTTP. */
const sharedNames = [
  'store',
  'mode',
  'leaseMs',
  'executionMsMax',
  'answerTtlMs',
  'retentionMs',
  'futureToleranceMs',
  'forgottenBeforeMs',
  'waitMs',
  'waitersMax',
  'storeTimeoutMs',
  'answerBytesMax',
  'encryption',
  'observer',
  'clock',
] as const satisfies readonly (keyof IdempotencyOptions)[];

/**
 * How work is done once. An option with the name of an HTTP option has the same meaning, with the result in place of
 * the answer.
 */
export interface OnceOptions extends Pick<IdempotencyOptions, (typeof sharedNames)[number]> {
  /** where the keys live: two scopes may use the same key; `default`. HTTP callers are never in it */
  readonly scope?: string;
  /** what happens to the key if the work throws: `free` (the default), it may be done again; `unknown`, as after a crash */
  readonly onThrow?: 'free' | 'unknown';
  /** what a key gets if its work began and never ended; `refuse`. Not for the atomic mode */
  readonly onAbandoned?: 'refuse' | 'rerun' | ((work: AbandonedWork) => Awaitable<AbandonedWorkVerdict>);
}

/**
 * The settings of the engine, from the options.
 *
 * @throws {InvalidOptionsError} listing every mistake
 */
export function onceSettings(options: OnceOptions): EngineSettings {
  const { scope, onThrow, onAbandoned, ...shared } = options;
  const faults: string[] = [];
  if (scope !== undefined && (typeof scope !== 'string' || scope === '')) {
    faults.push('scope must be a text that is not empty');
  }
  if (onThrow !== undefined && onThrow !== 'free' && onThrow !== 'unknown') {
    faults.push('onThrow must be free or unknown');
  }
  if (onThrow !== undefined && options.mode === 'atomic') {
    faults.push('onThrow is not for the atomic mode, in which work that was not completed did not happen');
  }
  const known: readonly string[] = sharedNames;
  for (const name of Object.keys(shared)) {
    if (!known.includes(name)) faults.push(`there is no option ${name}`);
  }
  return checkOptions(
    {
      ...shared,
      shouldStore: () => true,
      ...(options.mode === 'atomic' ? {} : { onServerError: onThrow ?? 'free' }),
      ...(onAbandoned === undefined ? {} : { onAbandoned: abandonedAnswer(onAbandoned) }),
    },
    Object.keys(shared),
    faults,
  );
}

function abandonedAnswer(
  onAbandoned: NonNullable<OnceOptions['onAbandoned']>,
): NonNullable<IdempotencyOptions['onAbandoned']> {
  if (typeof onAbandoned !== 'function') return onAbandoned;
  return async ({ key, reference, firstSeenAtMs, fencingToken }) => {
    const verdict = await onAbandoned({ key, reference, firstSeenAtMs, fencingToken });
    return typeof verdict === 'string' ? verdict : answerOf(verdict.result);
  };
}

/** @throws {TypeError} if it is not JSON: nothing is stored then */
function answerOf(result: unknown): KeptResponse {
  const answer = encodeResult(result);
  if (answer === undefined) throw new TypeError('the result that onAbandoned returned is not JSON');
  return answer;
}

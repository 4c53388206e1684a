import { type AttemptOutcome, attempt, discard } from './attempt.ts';
import { backOffMs, retryAfterMs } from './back-off.ts';
import type { FetchSettings } from './fetch-options.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import type { RepeatableRequest } from './repeatable-request.ts';
import type { Retry } from './retry.ts';

/** The result of a request after all its attempts. */
export interface FetchResult {
  readonly response: Response;
  /** whether the answer is final, not only the last one before attempts or time ran out */
  readonly isFinal: boolean;
  /** how many requests were sent */
  readonly attempts: number;
}

/** One call: a request, its key and its limits. */
export interface RetryContext {
  readonly settings: FetchSettings;
  /** `undefined` for a request without a key */
  readonly key: string | undefined;
  /** when to give up the call, in milliseconds since the epoch */
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends a request until an answer is final, attempts or time run out, or the caller aborts. If attempts or time run
 * out, the last answer is returned, if there was one.
 *
 * @throws {IdempotentFetchError} `attempts_exhausted`, `deadline_exceeded`
 * @throws the reason of the caller's signal, or what `onRetry` throws
 */
export async function sendWithRetries(
  request: RepeatableRequest,
  context: RetryContext,
): Promise<FetchResult> {
  const { settings, deadlineAtMs, signal } = context;
  const { clock } = settings;
  let last: Response | undefined;
  let error: unknown;
  for (let attempts = 0; ; ) {
    const remainingMs = deadlineAtMs - clock.nowMs();
    if (remainingMs <= 0) return giveUp('deadline_exceeded', attempts, { last, error, context });
    const outcome = await attempt(request, {
      settings,
      timeoutMs: Math.min(settings.attemptTimeoutMs, remainingMs),
      isKeyed: context.key !== undefined,
      signal,
    });
    attempts++;
    if (outcome.kind === 'answered') {
      await discard(last);
      last = outcome.response;
      if (outcome.verdict === 'final') return { response: last, isFinal: true, attempts };
    } else error = outcome.error;
    await throwIfAborted(signal, last);
    if (attempts >= settings.attemptsMax) {
      return giveUp('attempts_exhausted', attempts, { last, error, context });
    }
    const delayMs = waitAfter(outcome, attempts, settings);
    // A wait that would not end in time is not started.
    if (clock.nowMs() + delayMs >= deadlineAtMs) {
      return giveUp('deadline_exceeded', attempts, { last, error, context });
    }
    await reportRetry({ attempts, waitMs: delayMs, ...whatFailed(outcome) }, context, last);
    await clock.sleep(delayMs, signal);
    await throwIfAborted(signal, last);
  }
}

function waitAfter(outcome: AttemptOutcome, attempts: number, settings: FetchSettings): number {
  const askedMs =
    outcome.kind === 'answered' ? retryAfterMs(outcome.response.headers, settings.clock.nowMs()) : 0;
  return backOffMs(settings, attempts, Math.min(askedMs, settings.maxRetryAfterMs), settings.random);
}

function whatFailed(outcome: AttemptOutcome): Pick<Retry, 'answer' | 'error'> {
  if (outcome.kind === 'failed') return { answer: undefined, error: outcome.error };
  const { response, body } = outcome;
  return { answer: { status: response.status, headers: response.headers, body }, error: undefined };
}

async function reportRetry(
  retry: Omit<Retry, 'idempotencyKey'>,
  { settings, key }: RetryContext,
  last: Response | undefined,
): Promise<void> {
  try {
    settings.onRetry?.({ ...retry, idempotencyKey: key });
  } catch (error) {
    await discard(last);
    throw error;
  }
}

async function throwIfAborted(signal: AbortSignal | undefined, last: Response | undefined): Promise<void> {
  if (signal?.aborted !== true) return;
  await discard(last);
  signal.throwIfAborted();
}

interface Ended {
  readonly last: Response | undefined;
  readonly error: unknown;
  readonly context: RetryContext;
}

const reasons = {
  attempts_exhausted: 'no attempt brought an answer',
  deadline_exceeded: 'no answer came before the deadline',
} as const;

function giveUp(code: keyof typeof reasons, attempts: number, { last, error, context }: Ended): FetchResult {
  if (last !== undefined) return { response: last, isFinal: false, attempts };
  const advice = context.key === undefined ? '' : '; it is safe to send it again with the same key';
  throw new IdempotentFetchError(code, `${reasons[code]} (requests sent: ${attempts})${advice}`, {
    attempts,
    idempotencyKey: context.key,
    cause: error,
  });
}

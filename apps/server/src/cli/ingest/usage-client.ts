import { compileValidator, operations, type UsageItem } from '@billonce/contract';
import {
  createIdempotentFetch,
  IdempotentFetchError,
  type IdempotentFetchOptions,
  type Retry,
} from '@billonce/idempotency/client';
import { networkFault } from '../network-fault.ts';
import { adviceOn } from './answer-advice.ts';
import { parseErrorAnswer } from './error-answer.ts';

const { path, successes } = operations.recordUsageBulk;
const validateResults = compileValidator(successes[201].schema);

/** The server's result for one item of a bulk. */
export type ItemResult =
  | { readonly ok: true; readonly status: 'recorded' | 'duplicate' }
  | { readonly ok: false; readonly error: string; readonly message: string };

/** The final result of a bulk. */
export type SentBulk =
  | { readonly kind: 'answered'; readonly results: readonly ItemResult[] }
  /** The key is too old to be looked up: only the ids of the items show the outcome. */
  | { readonly kind: 'key_expired'; readonly reason: string; readonly advice: string }
  /** Sending it again would have the same result. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly advice: string };

/** An attempt that failed, after which the same bulk is sent again with the same key. */
export interface FailedAttempt {
  readonly reason: string;
  /** the next step if no further attempt is made */
  readonly advice: string;
  /** whether a server answered at all */
  readonly isReached: boolean;
}

/** How the sender of a bulk follows its attempts. */
export interface BulkCall {
  /** ends the call at once; the server may still have accepted the bulk */
  readonly signal: AbortSignal;
  /** Called when an attempt is sent. */
  readonly onSend: () => void;
  /** Called when an attempt has failed, before the wait. */
  readonly onFailure: (failure: FailedAttempt) => void;
}

/** The server, and the API key and tenant that it bills. */
export interface ServerAccess {
  /** without a slash at its end */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
  /** for one request, in milliseconds */
  readonly timeoutMs: number;
}

const unreachedAdvice =
  'Start the server, or correct --server or BILLONCE_URL, then run the same command again; --give-up-after SECONDS waits longer.';
const noAccess = { apiKey: undefined, tenant: undefined };
const dayMs = 86_400_000;
/**
 * An ingestion ends because of the length of an outage, not because of the limits of one bulk, so these are the widest
 * limits.
 */
const bounds = { deadlineMs: 14 * dayMs, attemptsMax: 1_000_000 };
/** A server that asks for more than a minute is asked again after a minute. */
const waits = { baseDelayMs: 250, maxDelayMs: 10_000, maxRetryAfterMs: 60_000 };
/** An answer with 10,000 items has some megabytes. */
const answerBytesMax = 64 * 1024 ** 2;

/** What a test replaces. */
export type UsageClientPorts = Pick<IdempotentFetchOptions, 'fetch' | 'clock' | 'random'>;

/** Sends bulks to a server. */
export class UsageClient {
  readonly #access: ServerAccess;
  readonly #ports: UsageClientPorts;

  constructor(access: ServerAccess, ports: UsageClientPorts = {}) {
    this.#access = access;
    this.#ports = ports;
  }

  /**
   * Sends a bulk until an answer is final, under one new key.
   *
   * @throws if the call's signal is aborted
   */
  async sendBulk(items: readonly UsageItem[], call: BulkCall): Promise<SentBulk> {
    const { url, apiKey, tenant, timeoutMs } = this.#access;
    const { fetch: send = fetch, ...ports } = this.#ports;
    const idempotentFetch = createIdempotentFetch({
      ...ports,
      ...bounds,
      ...waits,
      attemptTimeoutMs: timeoutMs,
      answerBytesMax,
      fetch: (input, init) => {
        call.onSend();
        return send(input, init);
      },
      onRetry: (retry) => call.onFailure(failureOf(retry, this.#access)),
    });
    try {
      const response = await idempotentFetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
          ...(tenant === undefined ? {} : { 'x-tenant': tenant }),
        },
        body: JSON.stringify({ items }),
        // The API key belongs to this server alone.
        redirect: 'manual',
        signal: call.signal,
      });
      return judge(response, await response.text(), items.length, this.#access);
    } catch (error) {
      if (call.signal.aborted) throw error;
      return {
        kind: 'rejected',
        reason: reasonOfError(causeOf(error), this.#access),
        advice: unreachedAdvice,
      };
    }
  }
}

function failureOf({ answer, error }: Retry, access: ServerAccess): FailedAttempt {
  if (answer === undefined)
    return { reason: reasonOfError(error, access), advice: unreachedAdvice, isReached: false };
  const text = Buffer.from(answer.body).toString();
  return {
    reason: reasonOfAnswer(answer, text),
    advice: adviceOnAnswer(answer, text, access),
    isReached: true,
  };
}

/** The error of the last attempt, if attempts or time ran out. */
function causeOf(error: unknown): unknown {
  return error instanceof IdempotentFetchError ? (error.cause ?? error) : error;
}

function reasonOfError(error: unknown, { url, timeoutMs }: ServerAccess): string {
  const isTimedOut = error instanceof DOMException && error.name === 'TimeoutError';
  return isTimedOut ? `no answer from ${url} within ${timeoutMs / 1000} s` : networkFault(url, error);
}

type AnswerHead = Pick<Response, 'status' | 'headers'>;

function judge(response: Response, text: string, itemCount: number, access: ServerAccess): SentBulk {
  const { status } = response;
  if (status === 201) return judgeResults(text, itemCount);
  const reason = reasonOfAnswer(response, text);
  const advice = adviceOnAnswer(response, text, access);
  return status === 410 ? { kind: 'key_expired', reason, advice } : { kind: 'rejected', reason, advice };
}

function adviceOnAnswer({ status }: AnswerHead, text: string, access: ServerAccess): string {
  return adviceOn({ ...parseErrorAnswer(parsed(text)), ...access, status });
}

function judgeResults(text: string, itemCount: number): SentBulk {
  const validated = validateResults(parsed(text));
  if (validated.kind === 'valid' && validated.value.results.length === itemCount) {
    return { kind: 'answered', results: validated.value.results };
  }
  const reason = 'the answer is not from a Billonce server';
  return {
    kind: 'rejected',
    reason,
    advice: adviceOn({ status: 404, code: undefined, isAboutItems: false, ...noAccess }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOfAnswer({ status, headers }: AnswerHead, text: string): string {
  const location = headers.get('location');
  if (status >= 300 && status < 400) return `the server answers ${status}: it is at ${location}`;
  const { code, message, requestId } = parseErrorAnswer(parsed(text));
  const id = requestId ?? headers.get('x-request-id');
  const said = [String(status), code, message === undefined ? undefined : `- ${message}`];
  const place = id === null ? '' : ` (request ${id})`;
  return said.filter((part) => part !== undefined).join(' ') + place;
}

import { compileValidator, operations, type UsageItem } from '@billonce/contract';
import { networkFault } from '../network-fault.ts';
import { adviceOn } from './answer-advice.ts';
import { parseErrorAnswer } from './error-answer.ts';

const { path, successes } = operations.recordUsageBulk;
const validateResults = compileValidator(successes[201].schema);

/** The server's result for one item of a bulk. */
export type ItemResult =
  | { readonly ok: true; readonly status: 'recorded' | 'duplicate' }
  | { readonly ok: false; readonly error: string; readonly message: string };

/** The outcome of sending a bulk once. */
export type Attempt =
  | { readonly kind: 'answered'; readonly results: readonly ItemResult[] }
  /** The same bulk may be sent again with the same key. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** the next step if no further attempt is made */
      readonly advice: string;
      readonly retryAfterMs: number | undefined;
      /** whether a server answered at all */
      readonly isReached: boolean;
    }
  /** The key is too old to check: only the ids of the items can show the outcome. */
  | { readonly kind: 'key_expired'; readonly reason: string; readonly advice: string }
  /** Sending it again would have the same result. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly advice: string };

/** The server, and the tenant to bill. */
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
const retriedStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Sends bulks to a server. */
export class UsageClient {
  readonly #access: ServerAccess;

  constructor(access: ServerAccess) {
    this.#access = access;
  }

  /**
   * Sends a bulk once. Never rejects.
   *
   * @param isCancelled ends the attempt immediately; the server may have accepted it nevertheless
   */
  async sendBulk(
    items: readonly UsageItem[],
    idempotencyKey: string,
    isCancelled: AbortSignal,
  ): Promise<Attempt> {
    // Not AbortSignal.timeout: its timer would keep the body of every bulk of the last minute in memory.
    const attempt = new AbortController();
    const cancel = () => attempt.abort();
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      cancel();
    }, this.#access.timeoutMs);
    isCancelled.addEventListener('abort', cancel);
    if (isCancelled.aborted) cancel();
    try {
      return await this.#send(JSON.stringify({ items }), items.length, idempotencyKey, attempt.signal);
    } catch (error) {
      const { url, timeoutMs } = this.#access;
      const reason = isTimedOut
        ? `no answer from ${url} within ${timeoutMs / 1000} s`
        : networkFault(url, error);
      return { kind: 'failed', reason, advice: unreachedAdvice, retryAfterMs: undefined, isReached: false };
    } finally {
      clearTimeout(timer);
      isCancelled.removeEventListener('abort', cancel);
    }
  }

  async #send(
    body: string,
    itemCount: number,
    idempotencyKey: string,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { url, apiKey, tenant } = this.#access;
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
        ...(tenant === undefined ? {} : { 'x-tenant': tenant }),
      },
      body,
      // The API key must not be sent to another server.
      redirect: 'manual',
      signal,
    });
    return judge(response, await response.text(), itemCount, this.#access);
  }
}

function judge(response: Response, text: string, itemCount: number, access: ServerAccess): Attempt {
  const { status } = response;
  if (status === 201) return judgeResults(text, itemCount);
  const reason = reasonOfAnswer(response, text);
  const advice = adviceOn({ ...parseErrorAnswer(parsed(text)), ...access, status });
  if (status === 410) return { kind: 'key_expired', reason, advice };
  if (status >= 500 || retriedStatuses.has(status)) {
    const waitMs = retryAfterMs(response.headers.get('retry-after'));
    return { kind: 'failed', reason, advice, retryAfterMs: waitMs, isReached: true };
  }
  return { kind: 'rejected', reason, advice };
}

function judgeResults(text: string, itemCount: number): Attempt {
  const validated = validateResults(parsed(text));
  if (validated.kind === 'valid' && validated.value.results.length === itemCount) {
    return { kind: 'answered', results: validated.value.results };
  }
  const reason = 'the answer is not that of a Billonce server';
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

function reasonOfAnswer({ status, headers }: Response, text: string): string {
  const location = headers.get('location');
  if (status >= 300 && status < 400) return `the server answers ${status}: it is at ${location}`;
  const { code, message, requestId } = parseErrorAnswer(parsed(text));
  const id = requestId ?? headers.get('x-request-id');
  const said = [String(status), code, message === undefined ? undefined : `- ${message}`];
  const place = id === null ? '' : ` (request ${id})`;
  return said.filter((part) => part !== undefined).join(' ') + place;
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const untilMs = Date.parse(header) - Date.now();
  return untilMs > 0 ? untilMs : undefined;
}

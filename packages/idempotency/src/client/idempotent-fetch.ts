import {
  checkFetchOptions,
  type FetchSettings,
  type IdempotentFetchOptions,
  settingsOfCall,
} from './fetch-options.ts';
import { beginOperation, endOperation, type JournaledRequest } from './journaled-operation.ts';
import { chooseKey, keyHeader, type OperationKey } from './operation-key.ts';
import { type RepeatableRequest, readRequest } from './repeatable-request.ts';
import { type Delivery, sendWithRetries } from './retry-loop.ts';

/** What `fetch` takes, and what is ours. */
export interface IdempotentRequestInit extends RequestInit {
  /** the key of the operation, if the caller has one; otherwise a UUIDv7 is made */
  readonly idempotencyKey?: string;
  /**
   * A name for this one operation that a restarted program finds again, such as the number of an order: 1 to 256
   * characters. The journal keeps the key under it.
   */
  readonly operation?: string;
  /** how long this call may take with all its attempts and waits, in milliseconds */
  readonly deadlineMs?: number;
  /** how much of the answer is read before it is handed over, in bytes; 0 for an answer that trickles */
  readonly answerBytesMax?: number;
}

/** `fetch`, with one key for each operation and retries that cannot make it happen twice. */
export type IdempotentFetch = (
  input: string | URL | Request,
  init?: IdempotentRequestInit,
) => Promise<Response>;

/**
 * Makes a `fetch` that sends a write again when the network, the server or its bounds got in the way, each time with
 * the same `Idempotency-Key` and the same bytes.
 *
 * - **Sent again**: network errors, attempts without an answer in time, answers that break off, 408, 425, 429, 5xx but
 *   501 and 505, and a 409 that says that the first request is still in progress. Not a conflict, and not an answer
 *   that is marked as a replay: it is what the API has recorded.
 * - **Key**: one for each call, made before the first attempt; with `operation` and a `journal` one for each operation,
 *   also over a restart. GET, HEAD and OPTIONS carry none, and are sent again likewise.
 * - **The end**: an answer that is the last word; else, when attempts or time have run out, the last answer that there was,
 *   else an `IdempotentFetchError`. `idempotencyKeyOf(response)` and `error.idempotencyKey` give the key to go on with.
 *
 * The returned function throws what `fetch` throws for a mistake in its arguments, the reason of a signal that is aborted,
 * and `IdempotentFetchError` for everything else.
 *
 * @throws {IdempotentFetchError} `invalid_options`
 * @see draft-ietf-httpapi-idempotency-key-header-07
 * @example
 * const idempotentFetch = createIdempotentFetch();
 * const response = await idempotentFetch('https://api.example.com/charges', {
 *   method: 'POST',
 *   headers: { 'content-type': 'application/json' },
 *   body: JSON.stringify({ amount: '1000' }),
 * });
 */
export function createIdempotentFetch(options: IdempotentFetchOptions = {}): IdempotentFetch {
  const settings = checkFetchOptions(options);
  return (input, init = {}) => send(settings, input, init);
}

const keysOfResponses = new WeakMap<Response, string>();

/** The key that an answer of `idempotentFetch` was got with; `undefined` for other responses, and for clones. */
export function idempotencyKeyOf(response: Response): string | undefined {
  return keysOfResponses.get(response);
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

async function send(
  standing: FetchSettings,
  input: string | URL | Request,
  init: IdempotentRequestInit,
): Promise<Response> {
  const { signal: ownSignal, idempotencyKey, operation, deadlineMs, answerBytesMax, ...request } = init;
  const signal =
    ownSignal === undefined && input instanceof Request ? input.signal : (ownSignal ?? undefined);
  signal?.throwIfAborted();
  const begunAtMs = standing.clock.nowMs();
  const repeatable = await readRequest(input, request, standing.bodyBytesMax, signal);
  signal?.throwIfAborted();
  const isSafe = safeMethods.has(repeatable.method.toUpperCase());
  const settings = settingsOfCall(standing, { deadlineMs, answerBytesMax, operation }, isSafe);
  const call = { request: repeatable, settings, signal, deadlineAtMs: begunAtMs + settings.deadlineMs };
  if (isSafe) return (await sendWithRetries(repeatable, { ...call, key: undefined })).response;
  const key = chooseKey(repeatable.headers, idempotencyKey, settings);
  const { journal } = settings;
  if (operation === undefined || journal === undefined) return (await sendWithKey(call, key)).response;
  return sendOperation(call, { journal, operation, request: repeatable, key });
}

interface Call {
  readonly request: RepeatableRequest;
  readonly settings: FetchSettings;
  readonly signal: AbortSignal | undefined;
  readonly deadlineAtMs: number;
}

async function sendWithKey(call: Call, { key, fieldValue }: OperationKey): Promise<Delivery> {
  call.request.headers.set(keyHeader, fieldValue);
  const delivery = await sendWithRetries(call.request, { ...call, key });
  keysOfResponses.set(delivery.response, key);
  return delivery;
}

async function sendOperation(call: Call, operation: JournaledRequest): Promise<Response> {
  const { settings, signal } = call;
  const begun = await beginOperation(operation, settings);
  signal?.throwIfAborted();
  const delivery = await sendWithKey(call, begun.key);
  if (settings.operationsEnd === 'on_answer') await endOperation(operation, begun, delivery);
  return delivery.response;
}

import {
  checkFetchOptions,
  type FetchSettings,
  type IdempotentFetchOptions,
  settingsOfCall,
} from './fetch-options.ts';
import { beginOperation, endOperation, type JournaledRequest } from './journaled-operation.ts';
import { chooseKey, keyHeader, type OperationKey } from './operation-key.ts';
import { type RepeatableRequest, readRequest } from './repeatable-request.ts';
import { type FetchResult, sendWithRetries } from './retry-loop.ts';

/** The options of `fetch`, and those of this client. */
export interface IdempotentRequestInit extends RequestInit {
  /** the key of the operation, if the caller has one; otherwise a UUIDv7 is generated */
  readonly idempotencyKey?: string;
  /**
   * A name of this one operation that the program uses again after a restart, such as the number of an order: 1 to 256
   * characters. The journal keeps the key for this name.
   */
  readonly operation?: string;
  /** how long this call may take, including all attempts and waits, in milliseconds */
  readonly deadlineMs?: number;
  /** how much of the answer is read before it is returned, in bytes; 0 for an answer that trickles */
  readonly answerBytesMax?: number;
}

/** `fetch`, with one key for each operation and retries that cannot make it happen twice. */
export type IdempotentFetch = (
  input: string | URL | Request,
  init?: IdempotentRequestInit,
) => Promise<Response>;

/**
 * Creates a `fetch` that sends a write again after a failure of the network or the server, or a time-out, each time
 * with the same `Idempotency-Key` and the same bytes.
 *
 * - **Sent again**: network errors, attempts without an answer in time, answers that break off, 408, 425, 429, 5xx
 *   except 501 and 505, and a 409 that says that the first request is still in progress. A conflict is not sent again,
 *   nor a request whose answer is marked as a replay: that is the recorded answer.
 * - **Key**: one for each call, generated before the first attempt; with `operation` and a `journal` one for each
 *   operation, even after a restart. GET, HEAD and OPTIONS have no key, and are sent again in the same cases.
 * - **The end**: a final answer; or, when attempts or time have run out, the last answer, or an `IdempotentFetchError`
 *   if there was none. `idempotencyKeyOf(response)` and `error.idempotencyKey` return the key to continue with.
 *
 * For a mistake in its arguments the returned function throws the same errors as `fetch`; for an aborted signal it
 * throws the signal's reason; for everything else an `IdempotentFetchError`.
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

/** The key with which an answer of `idempotentFetch` was obtained; `undefined` for other responses, and for clones. */
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

async function sendWithKey(call: Call, { key, fieldValue }: OperationKey): Promise<FetchResult> {
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

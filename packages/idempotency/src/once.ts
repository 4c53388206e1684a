import { IdempotencyEngine } from './core/engine.ts';
import { idempotencyKeyLengthMax } from './core/idempotency-key.ts';
import { LeaseLostError } from './core/operation/lease-lost-error.ts';
import type { Operation } from './core/operation.ts';
import type { Refusal } from './core/refusal.ts';
import { UnreadableBodyError } from './core/request-body.ts';
import type { Awaitable, IdempotencyStore, TransactionCompleter } from './core/store.ts';
import { OnceError } from './once/once-error.ts';
import { type OnceOptions, onceSettings } from './once/once-options.ts';
import { type AsJson, encodeResult, parseResult } from './once/result.ts';

export { InvalidOptionsError } from './core/invalid-options.ts';
export { OnceError, type OnceErrorCode } from './once/once-error.ts';
export type { AbandonedWork, AbandonedWorkVerdict, OnceOptions } from './once/once-options.ts';
export type { AsJson } from './once/result.ts';
export { LeaseLostError };

/** The operation of a key while its work runs. */
export interface OnceOperation {
  readonly key: string;
  /** grows with each execution: a resource that remembers the greatest token can refuse a late holder */
  readonly fencingToken: number;
  /** the idempotency key to pass on to another API: the same at every execution */
  readonly reference: string;
  /** Aborted when the lease is lost, or when the work takes longer than `executionMsMax`. */
  readonly signal: AbortSignal;
  /** Declares that nothing took effect, no matter what the result is: the key is free, and the work may be done again. */
  release(): void;
  /**
   * Declares that no one knows whether it took effect, no matter what the result is: the key is handled as after a
   * crash.
   */
  unknown(): void;
  /**
   * Completes the work inside your own transaction: effect and result are one commit.
   *
   * @param completer `store.within(tx)`
   * @throws {LeaseLostError} if another process has taken over; a driver with promises rejects with it
   */
  completeWithin<Done extends Awaitable<boolean>>(
    completer: TransactionCompleter<Done>,
    result: unknown,
  ): Done extends Promise<boolean> ? Promise<void> : void;
}

/**
 * Does work once for a key, and returns its result. Later calls return the first result.
 *
 * @param payload the input of the work, as JSON: another payload under the same key is a conflict
 * @throws {OnceError} if there is no result, and the errors of `run`
 */
export type Once = <T>(
  key: string,
  payload: unknown,
  run: (operation: OnceOperation) => Awaitable<T>,
) => Promise<AsJson<T>>;

/**
 * Creates a function that does work once for each key: for queues, cron jobs, webhooks and Server Actions.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * const once = createOnce({ store, scope: 'invoices' });
 * await once(message.id, message.body, () => sendInvoice(message.body));
 */
export function createOnce(options: OnceOptions): Once {
  const engine = new IdempotencyEngine(onceSettings(options));
  const scope = options.scope ?? 'default';
  return (key, payload, run) => doOnce(engine, scope, key, payload, run);
}

const byStore = new WeakMap<IdempotencyStore, Once>();

/**
 * Like `createOnce`, with all options at their defaults.
 *
 * @throws {OnceError} if there is no result, and the errors of `run`
 * @example
 * await once(store, event.id, event, () => creditAccount(event));
 */
export async function once<T>(
  store: IdempotencyStore,
  key: string,
  payload: unknown,
  run: (operation: OnceOperation) => Awaitable<T>,
): Promise<AsJson<T>> {
  const known = byStore.get(store) ?? createOnce({ store });
  byStore.set(store, known);
  return known(key, payload, run);
}

async function doOnce<T>(
  engine: IdempotencyEngine,
  scope: string,
  key: string,
  payload: unknown,
  run: (operation: OnceOperation) => Awaitable<T>,
): Promise<AsJson<T>> {
  const fault = keyFault(key);
  if (fault !== undefined) throw refused(engine, { code: 'invalid_idempotency_key', reason: fault });
  const begun = await begin(engine, scope, key, payload);
  switch (begun.kind) {
    case 'answer':
      if (begun.refusal !== undefined) throw new OnceError(begun.refusal);
      return parseResult<T>(begun.response);
    case 'proceed':
      // Reached only with `onStoreError: 'proceed'`, which is not an option of `once`.
      throw refused(engine, { code: 'store_unavailable' });
    case 'execute':
      return execute(engine, begun.operation, run);
  }
}

/**
 * What is wrong with a key. It may have any characters except a lone surrogate, whose digest would equal that of
 * another key.
 */
function keyFault(key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return 'the key must be a text that is not empty';
  if (key.length > idempotencyKeyLengthMax)
    return `the key is longer than ${idempotencyKeyLengthMax} characters`;
  return key.isWellFormed() ? undefined : 'the key has half of a character (a lone surrogate)';
}

async function begin(engine: IdempotencyEngine, scope: string, key: string, payload: unknown) {
  try {
    return await engine.begin({
      method: 'ONCE',
      path: '',
      query: '',
      ifMatch: undefined,
      body: { kind: 'parsed', value: payload },
      caller: { kind: 'job', scope },
      key,
      accept: undefined,
      requestId: undefined,
    });
  } catch (error) {
    if (!(error instanceof UnreadableBodyError)) throw error;
    throw new TypeError('the payload must be JSON, text or bytes', { cause: error });
  }
}

async function execute<T>(
  engine: IdempotencyEngine,
  operation: Operation,
  run: (operation: OnceOperation) => Awaitable<T>,
): Promise<AsJson<T>> {
  let result: T;
  try {
    result = await run(operationOf(operation));
  } catch (error) {
    const ending = await operation.finish({ status: 500, headers: [], body: '' });
    if (ending.kind === 'refuse') throw refused(engine, ending.refusal, error);
    // The transaction was committed nevertheless.
    if (ending.response.status === 200) return parseResult<T>(ending.response);
    throw error;
  }
  const answer = encodeResult(result);
  const { answerBytesMax } = engine.settings;
  // The work was done. A result that cannot be kept leaves a tombstone, so that the work is not done again.
  const unkept = { status: 200, headers: [], body: new Uint8Array(answerBytesMax + 1) };
  const ending = await operation.finish(answer ?? unkept);
  if (ending.kind === 'refuse') throw refused(engine, ending.refusal);
  if (ending.response !== unkept) return parseResult<T>(ending.response);
  if (answer === undefined) throw new OnceError('result_not_json');
  return parseResult<T>(answer);
}

function operationOf(operation: Operation): OnceOperation {
  const { key, fencingToken, reference } = operation;
  return {
    key,
    fencingToken,
    reference,
    get signal() {
      return operation.signal;
    },
    release: () => operation.release(),
    unknown: () => operation.unknown(),
    completeWithin(completer, result) {
      const answer = encodeResult(result);
      if (answer === undefined) throw new TypeError('the result is not JSON');
      return operation.completeWithin(completer, answer);
    },
  };
}

/** The error of a refusal that the engine did not make; the observer receives it, too. */
function refused(engine: IdempotencyEngine, refusal: Refusal, cause?: unknown): OnceError {
  engine.refuse(refusal, { accept: undefined, requestId: undefined });
  return new OnceError(refusal, cause);
}

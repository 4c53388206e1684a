import type { RefusalCode } from './refusal.ts';
import type { WarningCode } from './warning.ts';

/** What an observer is told. No event carries a key, a caller, a path or a body. */
export type IdempotencyEvent =
  /** the handler begins; `takenOver` if it runs an abandoned operation again */
  | { readonly kind: 'execution_started'; readonly fencingToken: number; readonly takenOver: boolean }
  /** the handler has ended, and what became of its answer is known */
  | {
      readonly kind: 'execution_ended';
      readonly fencingToken: number;
      readonly outcome: ExecutionOutcome;
      readonly status: number | undefined;
      readonly startedAtMs: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'replayed'; readonly status: number; readonly waitedMs: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly waitedMs: number }
  /** a lease was not renewed in time, or was taken over; the handler's signal was aborted */
  | { readonly kind: 'lease_lost'; readonly fencingToken: number }
  /** the store failed or did not answer in time */
  | { readonly kind: 'store_failed'; readonly verb: StoreVerb; readonly error: unknown }
  /** a request went on without protection because the store failed (`onStoreError: 'proceed'`) */
  | { readonly kind: 'unprotected' }
  /** what weakens the protection, once for each code: the process warns of it too */
  | { readonly kind: 'warning'; readonly code: WarningCode; readonly message: string };

/**
 * How an execution ended: its answer is stored; it is not to be stored, and the key is free again; it broke off
 * without an answer; it lost its lease; its answer could not be stored; or another protection of the same request, further
 * in, has begun it again.
 */
export type ExecutionOutcome =
  | 'completed'
  | 'released'
  | 'abandoned'
  | 'lease_lost'
  | 'not_stored'
  | 'gave_way';

/** The verbs of the port of a store. */
export type StoreVerb = 'claim' | 'renew' | 'complete' | 'release' | 'inspect';

/**
 * Is told what happens, and in which request: that of the framework, as `tenantOf` is given it. There is none for work of
 * `once`, a failure of the store, and some warnings. It is called synchronously, inside the request that it is about; what it
 * throws is ignored.
 */
export type Observer<Request = unknown> = (event: IdempotencyEvent, request?: Request) => void;

/** The adapter that was given the observer hands over the requests that it is typed for. */
export function parseObserver(
  observer: Observer<never> | undefined,
): ((event: IdempotencyEvent, request: unknown) => void) | undefined {
  return observer as ((event: IdempotencyEvent, request: unknown) => void) | undefined;
}

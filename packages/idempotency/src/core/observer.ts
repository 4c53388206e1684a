import type { RefusalCode } from './refusal.ts';
import type { WarningCode } from './warning.ts';

/** What an observer receives. No event contains a key, a caller, a path or a body. */
export type IdempotencyEvent =
  /** the handler begins; `takenOver` if it runs an abandoned operation again */
  | { readonly kind: 'execution_started'; readonly fencingToken: number; readonly takenOver: boolean }
  /** the handler has ended, and the fate of its answer is known */
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
  /** a weakness in the protection, once for each code; the process also prints a warning */
  | { readonly kind: 'warning'; readonly code: WarningCode; readonly message: string };

/**
 * How an execution ended: its answer is stored; its answer must not be stored and the key is free again; it broke off
 * without an answer; it lost its lease; its answer could not be stored; or an inner protection of the same request has
 * begun it again.
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
 * Receives events, each with its request: the framework's request object, as `tenantOf` receives it. It is absent for
 * work of `once`, a failure of the store, and some warnings. Called synchronously, inside the request concerned; errors
 * that it throws are ignored.
 */
export type Observer<Request = unknown> = (event: IdempotencyEvent, request?: Request) => void;

/** The adapter that received the observer passes it the requests that it is typed for. */
export function parseObserver(
  observer: Observer<never> | undefined,
): ((event: IdempotencyEvent, request: unknown) => void) | undefined {
  return observer as ((event: IdempotencyEvent, request: unknown) => void) | undefined;
}

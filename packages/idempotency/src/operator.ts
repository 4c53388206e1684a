import { callerScope } from './core/caller-scope.ts';
import { keyDigest } from './core/digest.ts';
import type { Caller } from './core/scope.ts';
import type { IdempotencyStore, Slot } from './core/store.ts';

/** A caller and its key. */
export interface KeyReference {
  readonly caller: Caller;
  /** as the client sent it, without quotes */
  readonly key: string;
  /** with `keysPer: 'endpoint'`: method and path, `POST /charges` */
  readonly endpoint?: string;
}

/** The state of a key, by the clock of the store. */
export type KeyReport =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in_progress'; readonly firstSeenAtMs: number; readonly leaseExpiresAtMs: number }
  /** it began and never ended: no one knows whether it took effect */
  | { readonly kind: 'abandoned'; readonly firstSeenAtMs: number; readonly leaseExpiresAtMs: number }
  | {
      readonly kind: 'completed';
      readonly firstSeenAtMs: number;
      readonly location: string | undefined;
      /** how long its answer is replayed; `undefined` once it is gone */
      readonly answerExpiresAtMs: number | undefined;
    };

/**
 * Reads the state of a key; changes nothing.
 *
 * @throws the error of the store
 */
export async function inspect(store: IdempotencyStore, reference: KeyReference): Promise<KeyReport> {
  return report(await store.inspect(slotOf(reference)));
}

/**
 * Frees a key that is abandoned or in progress, so that its next request is executed: for an operator who has checked
 * that the operation did not take effect. A holder that is still running can no longer complete it. A completed key is
 * not freed.
 *
 * @returns the state of the key when it was read, and whether it is free now
 * @throws the error of the store
 */
export async function release(
  store: IdempotencyStore,
  reference: KeyReference,
): Promise<{ readonly wasReleased: boolean; readonly before: KeyReport['kind'] }> {
  const slot = slotOf(reference);
  const found = await store.inspect(slot);
  const before = report(found).kind;
  const wasReleased = found !== undefined && (await store.release(slot, found.record.fencingToken));
  return { wasReleased, before };
}

function report(found: Awaited<ReturnType<IdempotencyStore['inspect']>>): KeyReport {
  if (found === undefined) return { kind: 'unknown' };
  const { record, nowMs } = found;
  const { firstSeenAtMs } = record;
  switch (record.kind) {
    case 'leased': {
      const { leaseExpiresAtMs } = record;
      const kind = nowMs < leaseExpiresAtMs ? 'in_progress' : 'abandoned';
      return { kind, firstSeenAtMs, leaseExpiresAtMs };
    }
    case 'completed': {
      const { answer, location } = record;
      const isKept = answer.kind === 'kept' && nowMs < answer.expiresAtMs;
      const answerExpiresAtMs = isKept ? answer.expiresAtMs : undefined;
      return { kind: 'completed', firstSeenAtMs, location, answerExpiresAtMs };
    }
  }
}

function slotOf({ caller, key, endpoint }: KeyReference): Slot {
  return { scope: callerScope(caller, endpoint), key: keyDigest(key) };
}

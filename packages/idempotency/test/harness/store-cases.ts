import assert from 'node:assert/strict';
import { sha256 } from '../../src/core/digest.ts';
import type { ClaimRequest, Completion, IdempotencyStore, Slot } from '../../src/core/store.ts';

/** A claim and a completion for tests in which the details do not matter. */
export const request: ClaimRequest = {
  fingerprint: sha256('r'),
  leaseMs: 1000,
  retentionMs: 60_000,
  takeOver: undefined,
};
export const completion: Completion = { answer: '200\n\nx', answerTtlMs: 10_000, location: undefined };

export function slotOf(scope: string, key: number | string): Slot {
  return { scope: sha256(scope).slice(0, 32), key: sha256(`${key}`).slice(0, 32) };
}

/** Claims a slot that must be free, and returns the fencing token. */
export async function claimed(store: IdempotencyStore, slot: Slot): Promise<number> {
  const claim = await store.claim(slot, request);
  assert.ok(claim.kind === 'claimed');
  return claim.fencingToken;
}

/** Claims a slot that must be free, and completes it. */
export async function completed(store: IdempotencyStore, scope: string, key: number): Promise<void> {
  const slot = slotOf(scope, key);
  assert.equal(await store.complete(slot, await claimed(store, slot), completion), true);
}

/** `leased`, or the state of the answer. */
export async function stateOf(store: IdempotencyStore, scope: string, key: number | string) {
  const record = (await store.inspect(slotOf(scope, key)))?.record;
  return record?.kind === 'completed' ? record.answer.kind : record?.kind;
}

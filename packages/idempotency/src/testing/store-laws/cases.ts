import assert from 'node:assert/strict';
import { sha256 } from '../../core/digest.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../../core/store.ts';

export const leaseMs = 10_000;
export const answerTtlMs = 60_000;
export const retentionMs = 600_000;

let slots = 0;
/** A slot that no other law uses. */
export function newSlot(): Slot {
  slots++;
  const unique = `${slots}:${crypto.randomUUID()}`;
  return { scope: sha256(`scope:${unique}`).slice(0, 32), key: sha256(`key:${unique}`).slice(0, 32) };
}

export const someFingerprint = sha256('some request');

export function claimRequest(more: Partial<ClaimRequest> = {}): ClaimRequest {
  return { fingerprint: someFingerprint, leaseMs, retentionMs, takeOver: undefined, ...more };
}

export function completion(more: Partial<Completion> = {}): Completion {
  return { answer: '201\n\n{"id":1}', answerTtlMs, location: undefined, ...more };
}

export async function claimed(
  store: IdempotencyStore,
  slot: Slot,
  more: Partial<ClaimRequest> = {},
): Promise<number> {
  const claim = await store.claim(slot, claimRequest(more));
  assert.equal(claim.kind, 'claimed');
  return claim.kind === 'claimed' ? claim.fencingToken : 0;
}

export async function found(store: IdempotencyStore, slot: Slot, more: Partial<ClaimRequest> = {}) {
  const claim = await store.claim(slot, claimRequest(more));
  if (claim.kind !== 'found')
    throw new assert.AssertionError({ message: `a record was expected, not ${claim.kind}` });
  return claim.record;
}

export async function keptAnswer(store: IdempotencyStore, slot: Slot): Promise<Uint8Array> {
  const record = await found(store, slot);
  if (record.kind !== 'completed' || record.answer.kind !== 'kept') {
    throw new assert.AssertionError({ message: 'a kept answer was expected' });
  }
  const { response } = record.answer;
  return typeof response === 'string' ? Buffer.from(response) : Uint8Array.from(response);
}

export function isClaimed(claim: Claim): boolean {
  return claim.kind === 'claimed';
}

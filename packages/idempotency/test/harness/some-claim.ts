import assert from 'node:assert/strict';
import { sha256 } from '../../src/core/digest.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../../src/core/store.ts';

/** A slot that no other test uses. */
export function someSlot(): Slot {
  const unique = sha256(crypto.randomUUID());
  return { scope: unique.slice(0, 32), key: unique.slice(32) };
}

export function someClaim(more: Partial<ClaimRequest> = {}): ClaimRequest {
  const fingerprint = sha256('some request');
  return { fingerprint, leaseMs: 60_000, retentionMs: 3_600_000, takeOver: undefined, ...more };
}

export function someCompletion(more: Partial<Completion> = {}): Completion {
  return { answer: '201\n\n{"id":1}', answerTtlMs: 600_000, location: undefined, ...more };
}

/** Claims a free slot, and returns the fencing token. */
export async function claimFree(
  store: IdempotencyStore,
  slot: Slot,
  more: Partial<ClaimRequest> = {},
): Promise<number> {
  const claim = await store.claim(slot, someClaim(more));
  assert.ok(claim.kind === 'claimed', `a free slot was expected, not ${claim.kind}`);
  return claim.fencingToken;
}

/** Claims a slot many times at the same time, through the given stores in turn. */
export function claimTogether(
  count: number,
  stores: readonly IdempotencyStore[],
  slot: Slot,
): Promise<readonly (Claim | undefined)[]> {
  const claims = Array.from({ length: count }, async (_, at) => {
    return await stores[at % stores.length]?.claim(slot, someClaim());
  });
  return Promise.all(claims);
}

import assert from 'node:assert/strict';
import { sha256 } from '../../core/digest.ts';
import type { Law } from '../law.ts';
import {
  claimed,
  claimRequest,
  completion,
  found,
  isClaimed,
  leaseMs,
  newSlot,
  someFingerprint,
} from './cases.ts';
import type { StoreSubject } from './subject.ts';

/** The laws of a claim. */
export const claimLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'claim-once',
    sentence: 'Of many claims of one slot at the same time, exactly one takes the lease.',
    async run({ store }) {
      const slot = newSlot();
      const claims = await Promise.all(
        Array.from({ length: 20 }, async () => store.claim(slot, claimRequest())),
      );
      assert.equal(claims.filter(isClaimed).length, 1);
    },
  },
  {
    id: 'claim-tells-the-record',
    sentence:
      'A claim that finds a leased record returns its fingerprint, its fencing token, its times and the time of the store.',
    async run({ store, clock }) {
      const slot = newSlot();
      const firstSeenAtMs = clock.nowMs();
      const fencingToken = await claimed(store, slot);
      clock.advance(1000);
      const claim = await store.claim(slot, claimRequest({ fingerprint: sha256('another request') }));
      assert.deepEqual(claim, {
        kind: 'found',
        record: {
          kind: 'leased',
          fingerprint: someFingerprint,
          firstSeenAtMs,
          fencingToken,
          leaseExpiresAtMs: firstSeenAtMs + leaseMs,
        },
        nowMs: firstSeenAtMs + 1000,
      });
    },
  },
  {
    id: 'scopes-apart',
    sentence: 'The same key in another scope is another slot.',
    async run({ store }) {
      const slot = newSlot();
      await claimed(store, slot);
      await claimed(store, { scope: newSlot().scope, key: slot.key });
      await claimed(store, { scope: slot.scope, key: newSlot().key });
    },
  },
  {
    id: 'token-grows',
    sentence: 'Each fencing token is greater than all earlier ones, over all slots, even after a release.',
    async run({ store, clock }) {
      const slot = newSlot();
      const tokens = [await claimed(store, slot)];
      await store.release(slot, tokens[0] ?? 0);
      tokens.push(await claimed(store, newSlot()));
      tokens.push(await claimed(store, slot));
      clock.advance(leaseMs);
      tokens.push(await claimed(store, slot, { takeOver: tokens[2] }));
      tokens.push(await claimed(store, newSlot()));
      for (const [at, token] of tokens.entries()) {
        assert.ok(Number.isSafeInteger(token) && token > (tokens[at - 1] ?? 0), `${tokens}`);
      }
    },
  },
  {
    id: 'take-over-only-the-abandoned',
    sentence:
      'A lease is taken over only when it has lapsed, only under its own fencing token, and by only one of many claims.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      clock.advance(leaseMs - 1);
      assert.equal((await found(store, slot, { takeOver: token })).kind, 'leased');
      clock.advance(1);
      assert.equal((await found(store, slot)).kind, 'leased');
      assert.equal((await found(store, slot, { takeOver: token - 1 })).kind, 'leased');
      const claims = await Promise.all(
        Array.from({ length: 10 }, async () => store.claim(slot, claimRequest({ takeOver: token }))),
      );
      assert.equal(claims.filter(isClaimed).length, 1);
      const [again] = claims.filter((claim) => claim.kind === 'found');
      assert.ok(again?.record.fencingToken !== token);
    },
  },
  {
    id: 'take-over-keeps-first-seen',
    sentence:
      'A take-over keeps the time at which the key was first seen, and the fingerprint of the record.',
    async run({ store, clock }) {
      const slot = newSlot();
      const firstSeenAtMs = clock.nowMs();
      const token = await claimed(store, slot);
      clock.advance(leaseMs);
      await claimed(store, slot, { takeOver: token });
      const record = await found(store, slot);
      assert.equal(record.firstSeenAtMs, firstSeenAtMs);
      assert.equal(record.fingerprint, someFingerprint);
    },
  },
  {
    id: 'take-over-never-a-completed',
    sentence: 'A completed record is never taken over, under any token.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion());
      clock.advance(leaseMs * 2);
      assert.equal((await found(store, slot, { takeOver: token })).kind, 'completed');
    },
  },
  {
    id: 'inspect-changes-nothing',
    sentence: 'Inspecting a slot returns the record that a claim would find, and changes nothing.',
    async run({ store, clock }) {
      const slot = newSlot();
      assert.equal(await store.inspect(slot), undefined);
      await claimed(store, slot);
      assert.deepEqual(await store.inspect(slot), { record: await found(store, slot), nowMs: clock.nowMs() });
    },
  },
];

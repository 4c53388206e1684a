import assert from 'node:assert/strict';
import { sha256 } from '../../core/digest.ts';
import type { Law } from '../law.ts';
import { claimed, completion, found, leaseMs, newSlot } from './cases.ts';
import type { StoreSubject } from './subject.ts';

/** The laws of a renewal and a release. */
export const leaseLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'renew-prolongs',
    sentence:
      'A renewal extends the lease from the current time, even a lease that has lapsed and was not taken over.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      clock.advance(leaseMs - 1);
      assert.equal(await store.renew(slot, token, leaseMs), true);
      clock.advance(leaseMs - 1);
      assert.equal((await found(store, slot, { takeOver: token })).kind, 'leased');
      clock.advance(leaseMs);
      assert.equal(await store.renew(slot, token, leaseMs), true);
      const record = await found(store, slot, { takeOver: token });
      assert.ok(record.kind === 'leased' && record.leaseExpiresAtMs === clock.nowMs() + leaseMs);
    },
  },
  {
    id: 'renew-zero-abandons',
    sentence: 'A renewal for 0 ms abandons the operation immediately.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.renew(slot, token, 0), true);
      await claimed(store, slot, { takeOver: token });
    },
  },
  {
    id: 'renew-only-a-lease',
    sentence: 'A completed or unknown record is not renewed.',
    async run({ store }) {
      const slot = newSlot();
      assert.equal(await store.renew(slot, 1, leaseMs), false);
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion());
      assert.equal(await store.renew(slot, token, leaseMs), false);
      assert.equal((await found(store, slot)).kind, 'completed');
    },
  },
  {
    id: 'release-frees-the-key',
    sentence:
      'After a release the key is unknown: another request may use it, and the old token is no longer valid.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.release(slot, token), true);
      assert.equal(await store.inspect(slot), undefined);
      assert.equal(await store.release(slot, token), false);
      assert.equal(await store.complete(slot, token, completion()), false);
      await claimed(store, slot, { fingerprint: sha256('another request') });
      assert.equal((await found(store, slot)).fingerprint, sha256('another request'));
    },
  },
  {
    id: 'release-never-a-completed',
    sentence: 'A completed record cannot be released.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion());
      assert.equal(await store.release(slot, token), false);
      assert.equal((await found(store, slot)).kind, 'completed');
    },
  },
];

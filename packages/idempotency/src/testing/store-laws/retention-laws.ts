import assert from 'node:assert/strict';
import { sha256 } from '../../core/digest.ts';
import type { Law } from '../law.ts';
import { answerTtlMs, claimed, completion, found, leaseMs, newSlot, retentionMs } from './cases.ts';
import type { StoreSubject } from './subject.ts';

/** How long records and answers are kept. */
export const retentionLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'tombstone-refuses',
    sentence:
      'After the answer has expired, the record remains, without the answer or with an expiry in the past.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion({ location: '/charges/1' }));
      clock.advance(answerTtlMs);
      const record = await found(store, slot, { takeOver: token });
      assert.ok(record.kind === 'completed');
      assert.ok(record.answer.kind === 'gone' || record.answer.expiresAtMs <= clock.nowMs());
      assert.equal(record.location, '/charges/1');
    },
  },
  {
    id: 'forgotten-after-retention',
    sentence:
      'A key is unknown again from the end of its retention, counted from the first use, and not earlier.',
    async run({ store, clock }) {
      const slot = newSlot();
      const old = await claimed(store, slot);
      await store.complete(slot, old, completion());
      clock.advance(retentionMs - 1);
      assert.equal((await found(store, slot)).kind, 'completed');
      assert.notEqual(await store.inspect(slot), undefined);
      clock.advance(1);
      assert.equal(await store.inspect(slot), undefined);
      const token = await claimed(store, slot, { fingerprint: sha256('another request') });
      const record = await found(store, slot);
      assert.deepEqual(
        [record.kind, record.fingerprint, record.fencingToken, record.firstSeenAtMs],
        ['leased', sha256('another request'), token, clock.nowMs()],
      );
      assert.equal(await store.complete(slot, old, completion()), false);
    },
  },
  {
    id: 'living-lease-outlives-retention',
    sentence: 'A record with a valid lease is not forgotten, even after its retention has ended.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot, { retentionMs: 1000 });
      clock.advance(leaseMs - 1);
      assert.equal((await found(store, slot)).fencingToken, token);
      clock.advance(1);
      await claimed(store, slot);
    },
  },
];

import assert from 'node:assert/strict';
import type { Law } from '../law.ts';
import {
  answerTtlMs,
  claimed,
  completion,
  found,
  keptAnswer,
  leaseMs,
  newSlot,
  someFingerprint,
} from './cases.ts';
import type { StoreSubject } from './subject.ts';

/** The laws of a completion. */
export const completionLaws: readonly Law<StoreSubject>[] = [
  {
    id: 'complete-keeps-the-answer',
    sentence:
      'A completed record returns its answer byte for byte, its location, and the time until which the answer is kept.',
    async run({ store, clock }) {
      const slot = newSlot();
      const firstSeenAtMs = clock.nowMs();
      const fencingToken = await claimed(store, slot);
      clock.advance(50);
      const location = '/charges/7?lang=de';
      const answer = '201\ncontent-type: text/plain\n\nŁódź, 東京 🙂\n\nend';
      assert.equal(await store.complete(slot, fencingToken, completion({ answer, location })), true);
      const record = await found(store, slot);
      assert.ok(record.kind === 'completed' && record.answer.kind === 'kept');
      assert.equal(record.fingerprint, someFingerprint);
      assert.equal(record.firstSeenAtMs, firstSeenAtMs);
      assert.equal(record.fencingToken, fencingToken);
      assert.equal(record.location, location);
      assert.equal(record.answer.expiresAtMs, clock.nowMs() + answerTtlMs);
      assert.deepEqual(Buffer.from(await keptAnswer(store, slot)), Buffer.from(answer));
    },
  },
  {
    id: 'bytes-stay-bytes',
    sentence:
      'An answer of any bytes, including zeroes and invalid UTF-8, and an empty answer are returned unchanged.',
    async run({ store }) {
      const all = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256);
      for (const answer of [all, Uint8Array.of(1, 0, 255, 0), new Uint8Array(0)]) {
        const slot = newSlot();
        await store.complete(slot, await claimed(store, slot), completion({ answer }));
        assert.deepEqual(Uint8Array.from(await keptAnswer(store, slot)), answer);
      }
    },
  },
  {
    id: 'complete-once',
    sentence: 'Completing twice under one fencing token succeeds, and the first completion remains.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.complete(slot, token, completion({ answer: '200\n\nfirst' })), true);
      assert.equal(await store.complete(slot, token, completion({ answer: '200\n\nsecond' })), true);
      assert.equal(Buffer.from(await keptAnswer(store, slot)).toString(), '200\n\nfirst');
    },
  },
  {
    id: 'late-holder-refused',
    sentence:
      'Once an abandoned lease was taken over, its late holder can neither complete, renew nor release it.',
    async run({ store, clock }) {
      const slot = newSlot();
      const late = await claimed(store, slot);
      clock.advance(leaseMs);
      const token = await claimed(store, slot, { takeOver: late });
      assert.equal(await store.complete(slot, late, completion()), false);
      assert.equal(await store.renew(slot, late, leaseMs), false);
      assert.equal(await store.release(slot, late), false);
      assert.equal(await store.complete(slot, token, completion()), true);
      assert.equal(await store.complete(slot, late, completion({ answer: '200\n\nlate' })), false);
      assert.equal(Buffer.from(await keptAnswer(store, slot)).toString(), completion().answer);
    },
  },
  {
    id: 'late-completion-counts',
    sentence: 'A completion after the lease has lapsed counts if no later holder has taken over.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      clock.advance(leaseMs * 3);
      assert.equal(await store.complete(slot, token, completion()), true);
      assert.equal((await found(store, slot)).kind, 'completed');
    },
  },
  {
    id: 'completion-without-answer',
    sentence: 'A completion without an answer makes a tombstone immediately.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.complete(slot, token, completion({ answer: undefined })), true);
      const record = await found(store, slot);
      assert.ok(record.kind === 'completed' && record.answer.kind === 'gone');
    },
  },
];

import assert from 'node:assert/strict';
import { sha256 } from '../core/digest.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../core/store.ts';
import type { Law } from './law.ts';
import type { ManualClock } from './manual-clock.ts';

/** A store to hold the laws against: empty or not, shared or not, but going by the given clock. */
export interface StoreSubject {
  readonly store: IdempotencyStore;
  readonly clock: ManualClock;
}

const leaseMs = 10_000;
const answerTtlMs = 60_000;
const retentionMs = 600_000;

let slots = 0;
/** A slot that no other law uses. */
function newSlot(): Slot {
  slots++;
  const unique = `${slots}:${crypto.randomUUID()}`;
  return { scope: sha256(`scope:${unique}`).slice(0, 32), key: sha256(`key:${unique}`).slice(0, 32) };
}

const someFingerprint = sha256('some request');

function claimRequest(more: Partial<ClaimRequest> = {}): ClaimRequest {
  return { fingerprint: someFingerprint, leaseMs, retentionMs, takeOver: undefined, ...more };
}

function completion(more: Partial<Completion> = {}): Completion {
  return { answer: '201\n\n{"id":1}', answerTtlMs, location: undefined, ...more };
}

async function claimed(
  store: IdempotencyStore,
  slot: Slot,
  more: Partial<ClaimRequest> = {},
): Promise<number> {
  const claim = await store.claim(slot, claimRequest(more));
  assert.equal(claim.kind, 'claimed');
  return claim.kind === 'claimed' ? claim.fencingToken : 0;
}

async function found(store: IdempotencyStore, slot: Slot, more: Partial<ClaimRequest> = {}) {
  const claim = await store.claim(slot, claimRequest(more));
  if (claim.kind !== 'found')
    throw new assert.AssertionError({ message: `a record was expected, not ${claim.kind}` });
  return claim.record;
}

async function keptAnswer(store: IdempotencyStore, slot: Slot): Promise<Uint8Array> {
  const record = await found(store, slot);
  if (record.kind !== 'completed' || record.answer.kind !== 'kept') {
    throw new assert.AssertionError({ message: 'a kept answer was expected' });
  }
  const { response } = record.answer;
  return typeof response === 'string' ? Buffer.from(response) : Uint8Array.from(response);
}

function isClaimed(claim: Claim): boolean {
  return claim.kind === 'claimed';
}

/** What every store keeps. Run each law over a store of your own to prove it. */
export const storeLaws: readonly Law<StoreSubject>[] = [
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
      'A claim that finds a leased record gives its fingerprint, its fencing token, its times and the time of the store.',
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
    sentence: 'Each fencing token is greater than all before it, over all slots, also after a release.',
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
    id: 'complete-keeps-the-answer',
    sentence:
      'A completed record gives back its answer byte for byte, its location, and until when the answer is kept.',
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
      'An answer of any bytes, zeroes and invalid UTF-8 among them, and an empty one, come back as they were.',
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
    sentence: 'Completing twice under one fencing token succeeds, and the first completion stands.',
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
    id: 'take-over-only-the-abandoned',
    sentence:
      'A lease is taken over only when it has lapsed, only under its own fencing token, and by one of many.',
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
    sentence: 'A take-over keeps when the key was first seen, and takes the fingerprint of the record.',
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
    sentence: 'A completed record is never taken over, under whatever token.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion());
      clock.advance(leaseMs * 2);
      assert.equal((await found(store, slot, { takeOver: token })).kind, 'completed');
    },
  },
  {
    id: 'renew-prolongs',
    sentence: 'A renewal prolongs the lease from now on, also one that has lapsed and was not taken over.',
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
    sentence: 'A renewal for 0 ms abandons the operation at once.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.renew(slot, token, 0), true);
      await claimed(store, slot, { takeOver: token });
    },
  },
  {
    id: 'renew-only-a-lease',
    sentence: 'What is completed or unknown is not renewed.',
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
    id: 'late-completion-counts',
    sentence: 'A completion after the lease has lapsed counts if nobody has taken over.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      clock.advance(leaseMs * 3);
      assert.equal(await store.complete(slot, token, completion()), true);
      assert.equal((await found(store, slot)).kind, 'completed');
    },
  },
  {
    id: 'release-frees-the-key',
    sentence:
      'After a release the key is unknown: another request may use it, and the old token holds nothing.',
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
    sentence: 'A completed record is not released: what took effect stays known.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      await store.complete(slot, token, completion());
      assert.equal(await store.release(slot, token), false);
      assert.equal((await found(store, slot)).kind, 'completed');
    },
  },
  {
    id: 'tombstone-refuses',
    sentence:
      'When the answer has expired the record remains, without the answer or with its expiry in the past.',
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
    id: 'completion-without-answer',
    sentence: 'A completion without an answer makes a tombstone at once.',
    async run({ store }) {
      const slot = newSlot();
      const token = await claimed(store, slot);
      assert.equal(await store.complete(slot, token, completion({ answer: undefined })), true);
      const record = await found(store, slot);
      assert.ok(record.kind === 'completed' && record.answer.kind === 'gone');
    },
  },
  {
    id: 'forgotten-after-retention',
    sentence:
      'From the end of the retention on, counted from the first use, a key is unknown again; not a moment before.',
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
    sentence: 'A record under a living lease is not forgotten, even when the retention is over.',
    async run({ store, clock }) {
      const slot = newSlot();
      const token = await claimed(store, slot, { retentionMs: 1000 });
      clock.advance(leaseMs - 1);
      assert.equal((await found(store, slot)).fencingToken, token);
      clock.advance(1);
      await claimed(store, slot);
    },
  },
  {
    id: 'inspect-changes-nothing',
    sentence: 'A look at a slot tells the same as a claim would find, and changes nothing.',
    async run({ store, clock }) {
      const slot = newSlot();
      assert.equal(await store.inspect(slot), undefined);
      await claimed(store, slot);
      assert.deepEqual(await store.inspect(slot), { record: await found(store, slot), nowMs: clock.nowMs() });
    },
  },
];

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uuidV7TimeMs } from '@billonce/idempotency/core';
import fc from 'fast-check';
import { type IdPlace, idsIn, nextIdBlock, placeAfter, placeAfterId } from './id-block.ts';

const yearMs = 365 * 86_400_000;
const tail = fc.constantFrom('0000000000', 'ffffffffff', '8b0304250d');

test('ids are UUIDv7, are never before the clock, and grow from batch to batch even if the clock jumps', () => {
  const step = fc.record({
    nowMs: fc.integer({ min: 1_700_000_000_000 - yearMs, max: 1_700_000_000_000 + yearMs }),
    ids: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(2 ** 31)),
    tail,
    // An engine either keeps the place, or finds it from the last id.
    isFound: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let reached: IdPlace = { timeMs: 0, counter: 0 };
      let last = '';
      for (const { nowMs, ids, tail, isFound } of steps) {
        const block = nextIdBlock(reached, nowMs, ids, tail);
        for (const number of new Set([0, Math.floor(ids / 2), ids - 1])) {
          const id = idsIn(block)(number);
          const timeMs = uuidV7TimeMs(id);
          assert.ok(timeMs !== undefined && timeMs >= nowMs, id);
          assert.ok(id > last, `${id} after ${last}`);
          last = id;
        }
        reached = isFound ? placeAfterId(last) : placeAfter(block, ids);
      }
    }),
  );
});

test('the next place follows directly after an id', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 48 - 1), fc.nat(2 ** 32 - 1), tail, (timeMs, counter, randomTail) => {
      const id = idsIn({ timeMs, counter, randomTail })(0);
      assert.deepEqual(placeAfterId(id), { timeMs, counter: counter + 1 });
    }),
  );
});

test('all numbers of a millisecond are used before ids continue in the next one', () => {
  const almost = { timeMs: 1_000, counter: 2 ** 32 - 2 };
  assert.equal(nextIdBlock(almost, 900, 2, '').timeMs, 1_000);
  assert.deepEqual(nextIdBlock(almost, 900, 3, '0000000000'), {
    timeMs: 1_001,
    counter: 0,
    randomTail: '0000000000',
  });
});

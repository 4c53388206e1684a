import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uuidV7TimeMs } from '@billonce/idempotency/core';
import fc from 'fast-check';
import { idIn } from '../domain/id-block.ts';
import { IdSource } from './id-source.ts';

const hourMs = 3_600_000;

test('ids are UUIDv7, carry the time, and grow: in a batch, from batch to batch, while the clock wavers', () => {
  const step = fc.record({
    advanceMs: fc.integer({ min: -hourMs / 2, max: hourMs }),
    ids: fc.integer({ min: 1, max: 5_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const startMs = 1_700_000_000_000;
      const source = new IdSource(startMs, () => 'ffffffffff');
      let highMs = startMs;
      let nowMs = startMs;
      let last = '';
      for (const { advanceMs, ids } of steps) {
        // The clock is set back by half an hour at the most, from wherever it has been.
        nowMs = Math.max(nowMs + advanceMs, highMs - hourMs / 2);
        highMs = Math.max(highMs, nowMs);
        const block = source.take(nowMs, ids);
        for (const number of new Set([0, ids >> 1, ids - 1])) {
          const id = idIn(block, number);
          const timeMs = uuidV7TimeMs(id);
          assert.ok(timeMs !== undefined && timeMs >= nowMs, id);
          assert.ok(id > last, `${id} after ${last}`);
          last = id;
        }
      }
    }),
  );
});

test('a clock that was set back by more than an hour is followed', () => {
  const source = new IdSource(10 * hourMs, () => '0000000000');
  assert.equal(source.take(2 * hourMs, 1).timeMs, 2 * hourMs);
});

test('the counter never runs over', () => {
  const source = new IdSource(0, () => '0000000000');
  const first = source.take(1_000, 2 ** 31);
  const second = source.take(1_000, 2 ** 31);
  assert.equal(first.timeMs, 1_000);
  assert.equal(second.timeMs, 1_001);
  assert.ok(idIn(first, 2 ** 31 - 1) < idIn(second, 0));
});

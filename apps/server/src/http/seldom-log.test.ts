import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeldomLog } from './seldom-log.ts';

test('a minute has a bounded number of lines, and the next line counts those left out', () => {
  let nowMs = 1_000_000;
  const lines: number[] = [];
  const log = new SeldomLog(2, () => nowMs);
  const events = (count: number) => {
    for (let event = 0; event < count; event++) log.line((leftOut) => lines.push(leftOut));
  };
  events(5);
  assert.deepEqual(lines, [0, 0]);
  nowMs += 59_999;
  events(1);
  assert.deepEqual(lines, [0, 0]);
  nowMs += 1;
  events(3);
  assert.deepEqual(lines, [0, 0, 4, 0]);
  nowMs -= 3_600_000;
  events(1);
  assert.deepEqual(lines, [0, 0, 4, 0, 1], 'a clock that was set back stops no line');
});

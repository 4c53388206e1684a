import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overloads } from './overloads.ts';

test('all requests refused under overload are counted, with one log line for each interval', () => {
  let counted = 0;
  let nowMs = 0;
  const lines: unknown[] = [];
  const count = () => {
    counted += 1;
  };
  const overloads = new Overloads(count, { warn: (facts: unknown) => lines.push(facts) }, () => nowMs);
  for (let request = 0; request < 1_000; request++) overloads.refused();
  assert.deepEqual(lines, [{ refused: 1 }]);
  nowMs = 10_000;
  for (let request = 0; request < 5; request++) overloads.refused();
  assert.deepEqual(lines, [{ refused: 1 }, { refused: 1_000 }]);
  assert.equal(counted, 1_005);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTakenBackLater, type Position, withReversals } from './position.ts';
import type { Entry } from './usage.ts';

const position: Position = {
  sequence: 4,
  priceVersion: 1,
  lineRequests: 40,
  reversed: new Map(),
  reversedBehind: new Map(),
  laterReversedFrom: undefined,
  paid: 0n,
  returnedLater: 0n,
};

/** A reversal of the usage in (from, through]: of the one entry `through`, or of a range. */
function reversal(sequence: number, from: number, through: number, isRange = false): Entry {
  return {
    id: `id-${sequence}`,
    agent: 'a',
    serviceId: 's',
    unitScale: 0,
    sequence,
    requests: -10,
    priceVersion: 1,
    lineRequests: 40,
    usageId: undefined,
    occurredAtNs: undefined,
    recordedAtMs: 0,
    reversal: {
      entryId: isRange ? undefined : `id-${through}`,
      from,
      through,
      reason: undefined,
      lines: [{ priceVersion: 1, requests: 10, lineReversed: 10 }],
    },
  };
}

test('a reversal of the entry at a position reverses nothing after that position', () => {
  const at = withReversals(position, [reversal(6, 3, 4)]);
  assert.deepEqual([...at.reversedBehind], []);
  const after = withReversals(position, [reversal(6, 4, 5), reversal(7, 3, 4)]);
  assert.deepEqual([...after.reversedBehind], [[1, 10]]);
});

test('only a later reversal of entries up to a position reverses usage before that position', () => {
  const cases: readonly [boolean, ...Entry[]][] = [
    [false],
    [false, reversal(4, 1, 2)],
    [false, reversal(6, 4, 5)],
    [true, reversal(6, 3, 4)],
    [true, reversal(5, 0, 1)],
    [true, reversal(6, 0, 1), reversal(7, 4, 5)],
    [true, reversal(7, 2, 6, true)],
    [false, reversal(7, 4, 6, true)],
    [false, reversal(3, 0, 2, true)],
  ];
  for (const [wanted, ...reversals] of cases) {
    const after = withReversals(position, reversals);
    assert.equal(isTakenBackLater(after), wanted, JSON.stringify(reversals.map((entry) => entry.reversal)));
  }
  const known = { ...position, laterReversedFrom: 1 };
  assert.ok(
    isTakenBackLater(withReversals(known, [reversal(9, 7, 8)])),
    'what was known before still counts',
  );
});

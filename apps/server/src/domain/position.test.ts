import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, emptyAccount } from './account.ts';
import {
  isTakenBackLater,
  type Position,
  positionAtEnd,
  positionOf,
  recordedThrough,
  remainingThrough,
  tiersRecordedThrough,
  tiersRemainingThrough,
  withReversals,
} from './position.ts';
import { withReversedRequests } from './reversal.ts';
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

/** A reversal of the usage in (from, through]: either of the single entry `through`, or of a range. */
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

const none = { requests: 0, charged: 0 };
const tiers = { period: 'lifetime', tiers: [{ upTo: undefined, price: 3n, package: undefined }] } as const;

function line(
  priceVersion: number,
  recordedRequests: number,
  reversedRequests = 0,
): Account['lines'][number] {
  return { priceVersion, price: 7n, recordedRequests, reversedRequests, settledRequests: 0 };
}

function count(requests: number) {
  return { requests, charged: requests };
}

function tieredLine(
  priceVersion: number,
  recorded: number,
  reversed = 0,
  settled = 0,
): Account['lines'][number] {
  const counts = { recorded: [count(recorded)], reversed: [count(reversed)], settled: [count(settled)] };
  return { ...line(priceVersion, recorded, reversed), tiered: { tiers, unitScale: 0, ...counts } };
}

function usage(sequence: number, changed: Partial<Entry> = {}): Entry {
  const { reversal: _, ...entry } = reversal(sequence, 0, 0);
  return { ...entry, requests: 10, ...changed };
}

test('the last position of an account has the sums of its lines', () => {
  const empty = emptyAccount('a', 's');
  assert.equal(positionAtEnd(empty).priceVersion, -1);
  assert.equal(positionAtEnd(empty).tiers, undefined);
  const lines = [line(1, 9, 2), tieredLine(2, 8, 3), line(3, 5, 1)];
  const end = positionAtEnd({ ...empty, sequence: 12, paid: 6n, lines });
  assert.deepEqual([end.sequence, end.priceVersion, end.lineRequests, end.paid], [12, 3, 5, 6n]);
  assert.deepEqual(
    [...end.reversed],
    [
      [1, 2],
      [2, 3],
      [3, 1],
    ],
  );
  assert.equal(end.tiers?.line, undefined);
  assert.deepEqual([...(end.tiers?.reversed ?? [])], [[2, [count(3)]]]);
  assert.deepEqual(positionAtEnd({ ...empty, lines: [tieredLine(1, 8)] }).tiers?.line, [count(8)]);
});

test('the position of an entry has the reversals before it, and not those after it', () => {
  const before = { ...emptyAccount('a', 's'), sequence: 2, lines: [line(1, 20, 1)] };
  const taken = (sequence: number, lineReversed: number, through: number): Entry => {
    const made = reversal(sequence, through - 1, through);
    const lines = [{ priceVersion: 1, requests: 10, lineReversed }];
    return {
      ...made,
      reversal: { ...made.reversal, from: through - 1, through, entryId: 'e', reason: undefined, lines },
    };
  };
  const entry = usage(5, { lineRequests: 40, paidAfter: 8n });
  const at = positionOf(entry, before, [taken(4, 11, 1), taken(5, 12, 2), taken(6, 13, 3)]);
  assert.deepEqual([...at.reversed], [[1, 12]]);
  assert.deepEqual([at.sequence, at.lineRequests, at.paid, at.tiers], [5, 40, 8n, undefined]);
  assert.equal(at.laterReversedFrom, 2);
  assert.equal(positionOf(usage(5), before, []).laterReversedFrom, undefined);
});

test('the position of an entry in tiers counts each tier', () => {
  const before = { ...emptyAccount('a', 's'), sequence: 2, lines: [tieredLine(1, 20, 4)] };
  const entry = usage(5, { tiered: { startMs: 0, parts: [], line: [count(30)] } });
  const at = positionOf(entry, before, []);
  assert.deepEqual(at.tiers?.line, [count(30)]);
  assert.deepEqual([...(at.tiers?.reversed ?? [])], [[1, [count(4)]]]);

  const inTiers = { taken: [{ ...count(2), ...tiers.tiers[0] }], line: [count(6)] };
  const one = reversal(4, 0, 1);
  const lines = [{ priceVersion: 1, requests: 2, lineReversed: 6, tiered: inTiers }];
  const reversed: Entry = {
    ...one,
    reversal: { entryId: 'e', from: 0, through: 1, reason: undefined, lines },
  };
  assert.deepEqual([...(positionOf(entry, before, [reversed]).tiers?.reversed ?? [])], [[1, [count(6)]]]);

  // A flat price now, and tiers before it.
  const flat = positionOf(usage(5, { priceVersion: 2 }), before, []);
  assert.equal(flat.tiers?.line, undefined);
  assert.deepEqual([...(flat.tiers?.reversed ?? [])], [[1, [count(4)]]]);
  // Tiers for the first time.
  const first = positionOf(entry, { ...before, lines: [line(1, 20)] }, []);
  assert.deepEqual(first.tiers?.line, [count(30)]);

  const behind: Entry = {
    ...one,
    sequence: 8,
    reversal: { entryId: 'e', from: 6, through: 7, reason: undefined, lines },
  };
  const twice = withReversals(at, [behind, { ...behind, sequence: 9 }]);
  assert.deepEqual([...(twice.tiers?.reversedBehind ?? [])], [[1, [count(4)]]]);
  assert.deepEqual(twice.tiers?.line, [count(30)]);
  assert.equal(withReversals(position, [reversal(6, 4, 5)]).tiers, undefined);
});

test('what a later reversal returned counts for the usage that it took back', () => {
  const returned = (sequence: number, through: number, entryId: string | undefined): Entry => {
    const lines = [{ priceVersion: 1, requests: 10, lineReversed: 10 }];
    const made = { entryId, from: through - 1, through, reason: undefined, lines };
    return { ...reversal(sequence, 0, 0), drawn: -3n, reversal: made };
  };
  const sum = (...reversals: readonly Entry[]) => withReversals(position, reversals).returnedLater;
  assert.equal(sum(returned(6, 4, 'e'), returned(7, 3, 'e')), 6n);
  assert.equal(sum(returned(6, 5, 'e')), 0n);
  assert.equal(sum(returned(4, 3, 'e')), 0n);
  assert.equal(withReversals({ ...position, returnedLater: 2n }, [returned(6, 4, 'e')]).returnedLater, 5n);
  // A range is taken back by its sums, and not entry by entry.
  const range = withReversals(position, [returned(7, 6, undefined)]);
  assert.deepEqual([...range.reversedBehind], []);
});

test('the sums of a line up to a position depend on which price version the position has', () => {
  const at: Position = { ...position, priceVersion: 2, lineRequests: 4, reversed: new Map([[2, 3]]) };
  assert.deepEqual(
    [1, 2, 3].map((version) => recordedThrough(line(version, 9, 2), at)),
    [9, 4, 0],
  );
  assert.equal(recordedThrough(line(2, 9, 2), undefined), 9);
  assert.deepEqual(
    [1, 2, 3].map((version) => remainingThrough(line(version, 9, 2), at)),
    [9, 1, 0],
  );
  assert.equal(remainingThrough(line(2, 9, 2), undefined), 7);
});

test('the sums of a line in tiers up to a position depend on the same', () => {
  const at: Position = {
    ...position,
    priceVersion: 2,
    tiers: { line: [count(4)], reversed: new Map([[2, [count(3)]]]), reversedBehind: new Map() },
  };
  assert.deepEqual(
    [1, 2, 3].map((version) => tiersRecordedThrough(tieredLine(version, 9, 2), at)),
    [[count(9)], [count(4)], [none]],
  );
  assert.deepEqual(tiersRecordedThrough(tieredLine(2, 9, 2), undefined), [count(9)]);
  assert.equal(tiersRecordedThrough(line(2, 9), at), undefined);
  assert.deepEqual(tiersRemainingThrough(tieredLine(2, 9, 2), at), [count(1)]);
  assert.deepEqual(tiersRemainingThrough(tieredLine(2, 9, 2), undefined), [count(7)]);
  assert.equal(tiersRemainingThrough(line(2, 9), at), undefined);
});

test('an entry is known with what later reversals took of it', () => {
  const known = { entry: usage(5), reversedRequests: 2 };
  const after = (...reversals: readonly Entry[]) => withReversedRequests(known, reversals).reversedRequests;
  const taken = (from: number, through: number, entryId: string | undefined, requests: number): Entry => {
    const made = { entryId, from, through, reason: undefined, lines: [] };
    return { ...reversal(9, 0, 0), requests: -requests, reversal: made };
  };
  assert.equal(after(taken(4, 5, 'e', 3)), 5);
  assert.equal(after(taken(4, 5, 'e', 3), taken(4, 5, 'e', 1)), 6);
  assert.equal(after(taken(3, 4, 'e', 3), taken(5, 6, 'e', 3), usage(7)), 2);
  assert.equal(after(taken(2, 8, undefined, 30)), 10);
  const noUsage = { entry: usage(5, { requests: -4 }), reversedRequests: 0 };
  assert.equal(withReversedRequests(noUsage, [taken(2, 8, undefined, 30)]).reversedRequests, 0);
});

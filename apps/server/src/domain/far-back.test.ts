import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import {
  entriesBehind,
  entriesBehindFirst,
  entriesBehindMaxOf,
  weighedToLookBack,
  weightOfLook,
} from './far-back.ts';

test('a command that scans earlier entries weighs one item, until it needs more entries than a first scan may read', () => {
  assert.equal(entriesBehindMaxOf({}), entriesBehindFirst);
  assert.deepEqual(
    [{}, { entriesBehindMax: 1_000 }, { entriesBehindMax: 1_001 }, { entriesBehindMax: 1_201 }].map(
      weightOfLook,
    ),
    [1, 1, 6, 7],
  );
  assert.deepEqual(
    [{ entriesBehindMax: 2_000_000 }, { entriesBehindMax: 1_000_000_000 }].map(weightOfLook),
    [10_000, 10_000],
  );
});

test('a command that was weighed may read a tenth more entries, and ten more', () => {
  assert.deepEqual(weighedToLookBack({ entriesBehindMax: 1 }, 2_001), { entriesBehindMax: 2_212 });
  assert.deepEqual(weighedToLookBack({ entriesBehindMax: 5 }, 0), { entriesBehindMax: 10 });
});

test('no entry is scanned on an account without reversals', () => {
  const account = { ...emptyAccount('a', 's'), sequence: 9 };
  assert.equal(entriesBehind(account, 4), 0);
  assert.equal(entriesBehind({ ...account, reversedRequests: 1 }, 4), 5);
});

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

test('a command that looks back weighs one item, until it was weighed with more entries than a first look has', () => {
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

test('a command that was weighed has room for a tenth more entries and ten', () => {
  assert.deepEqual(weighedToLookBack({ entriesBehindMax: 1 }, 2_001), { entriesBehindMax: 2_212 });
  assert.deepEqual(weighedToLookBack({ entriesBehindMax: 5 }, 0), { entriesBehindMax: 10 });
});

test('no entry is looked through on an account from which nothing was taken back', () => {
  const account = { ...emptyAccount('a', 's'), sequence: 9 };
  assert.equal(entriesBehind(account, 4), 0);
  assert.equal(entriesBehind({ ...account, reversedRequests: 1 }, 4), 5);
});

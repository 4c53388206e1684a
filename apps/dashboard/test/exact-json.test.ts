import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExactJson } from '../src/core/exact-json.ts';

test('an integer beyond 2^53 keeps all its digits', () => {
  assert.deepEqual(
    parseExactJson('{"total":9007199254740993,"few":7,"price":1.5,"list":[-9007199254740993]}'),
    {
      total: 9_007_199_254_740_993n,
      few: 7,
      price: 1.5,
      list: [-9_007_199_254_740_993n],
    },
  );
});

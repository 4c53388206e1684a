import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastMonths } from '../src/core/months.ts';

test('the list of months goes back into earlier years, and each month ends where the next one begins', () => {
  const months = lastMonths(Date.parse('2027-01-31T23:59:59.999Z'), 14);
  assert.deepEqual(months.slice(0, 2), [
    {
      name: '2027-01',
      text: 'January 2027',
      from: '2027-01-01T00:00:00.000Z',
      to: '2027-02-01T00:00:00.000Z',
    },
    {
      name: '2026-12',
      text: 'December 2026',
      from: '2026-12-01T00:00:00.000Z',
      to: '2027-01-01T00:00:00.000Z',
    },
  ]);
  assert.equal(months.at(-1)?.name, '2025-12');
  for (const [at, { from }] of months.slice(0, -1).entries()) assert.equal(months[at + 1]?.to, from);
});

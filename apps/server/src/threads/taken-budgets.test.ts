import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TakenBudgets } from './taken-budgets.ts';

test('the parts of a budget that threads take add up within a window, and the next window starts from 0', () => {
  const budgets = new TakenBudgets();
  const take = (caller: string, windowStartMs: number) => budgets.take({ caller, windowStartMs, cost: 5 });
  assert.deepEqual([take('acme', 0), take('acme', 0), take('other', 0)], [5, 10, 5]);
  assert.deepEqual([take('acme', 60_000), take('acme', 60_000)], [5, 10]);
  // The clock of this thread was read before the window began.
  assert.equal(take('acme', 0), 15);
});

test('when there are too many callers, the one that was away the longest is forgotten', () => {
  const budgets = new TakenBudgets();
  const take = (caller: string) => budgets.take({ caller, windowStartMs: 0, cost: 1 });
  for (let number = 0; number < 50_000; number++) take(`caller ${number}`);
  assert.equal(take('caller 0'), 2);
  take('one more');
  assert.deepEqual([take('caller 0'), take('caller 1')], [3, 1]);
});

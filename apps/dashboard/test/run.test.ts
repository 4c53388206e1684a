import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRunId, RunSum } from '../src/core/run.ts';

test('a run is added up by asset, exactly, with all decimals of its bills', () => {
  const sum = new RunSum();
  sum.bill('b', { amount: '0.10', asset: 'USD' });
  sum.bill('a', { amount: '0.20', asset: 'USD' });
  sum.bill('a', { amount: '90071992547.4099330', asset: 'XLM' });
  sum.bill('a', { amount: '0.0000001', asset: 'XLM' });
  const { bills, agents, sums } = sum.tally;
  assert.deepEqual({ bills, agents }, { bills: 4, agents: 2 });
  assert.deepEqual(sums, [
    { amount: '0.30', asset: 'USD' },
    { amount: '90071992547.4099331', asset: 'XLM' },
  ]);
});

test('a run counts all accounts that it did not bill, and keeps the names of the first 200', () => {
  const sum = new RunSum();
  for (let at = 0; at < 1_000; at += 1) sum.leave({ agent: `a-${at}`, serviceId: 's', reason: 'no price' });
  const { left, leftCount } = sum.tally;
  assert.equal(leftCount, 1_000);
  assert.equal(left.length, 200);
  assert.equal(left[0]?.agent, 'a-0');
});

test('the form accepts exactly the run names that the API accepts', () => {
  for (const name of ['2026-11', 'a', 'A.b_c:d-1', 'x'.repeat(64)]) assert.equal(isRunId(name), true, name);
  for (const name of ['', 'by hand', 'ü', 'a/b', 'x'.repeat(65)]) assert.equal(isRunId(name), false, name);
});

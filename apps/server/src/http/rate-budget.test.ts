import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateBudgets } from './rate-budget.ts';

const windowMs = 60_000;

/** A counter that instances share, like the counter in the database. */
function sharedCounter() {
  const taken = new Map<string, number>();
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    take: async (caller: string, windowStartMs: number, cost: number) => {
      asked += 1;
      const name = `${caller} ${windowStartMs}`;
      const after = (taken.get(name) ?? 0) + cost;
      taken.set(name, after);
      return after;
    },
  };
}

async function spend(budgets: RateBudgets, limit: number, cost: number): Promise<boolean> {
  if ((await budgets.look('acme', limit)).isUsedUp) return false;
  budgets.use('acme', limit, cost);
  return true;
}

test('a single instance spends exactly the limit, and all of it again in the next minute', async () => {
  const clock = { nowMs: 8 * windowMs - 1 };
  const budgets = new RateBudgets(undefined, () => clock.nowMs);
  for (const resetMs of [1, windowMs]) {
    assert.equal((await budgets.look('acme', 10)).resetMs, resetMs);
    for (let spent = 0; spent < 10; spent++) assert.ok(await spend(budgets, 10, 1));
    assert.equal(await spend(budgets, 10, 1), false);
    assert.equal((await budgets.look('other', 10)).remaining, 10);
    clock.nowMs += 1;
  }
});

test('the last request may cost more than is left, and a raised limit applies immediately', async () => {
  const budgets = new RateBudgets(undefined, () => 0);
  assert.ok(await spend(budgets, 10, 9));
  assert.ok(await spend(budgets, 10, 1_000));
  assert.equal(await spend(budgets, 10, 1), false);
  assert.equal(await spend(budgets, 1_000, 1), false);
  assert.ok(await spend(budgets, 2_000, 1));
});

test('a lowered limit is not used up by a part that was taken from the higher one', async () => {
  const shared = sharedCounter();
  assert.ok(await spend(new RateBudgets(shared.take, () => 0), 1_000_000, 1));
  for (const budgets of [1, 2].map(() => new RateBudgets(shared.take, () => 0))) {
    assert.ok(await spend(budgets, 100, 1));
  }
  const budgets = new RateBudgets(shared.take, () => 0);
  assert.ok(await spend(budgets, 1_000_000, 1));
  for (let spent = 0; spent < 90; spent++) assert.ok(await spend(budgets, 100, 1));
  assert.equal(await spend(budgets, 100, 1), false);
});

test('instances share a budget: together they spend the limit, and request few parts of it', async () => {
  const shared = sharedCounter();
  const instances = [1, 2, 3].map(() => new RateBudgets(shared.take, () => 0));
  const limit = 3_000;
  let spent = 0;
  for (let round = 0; round < 2_000; round++) {
    for (const budgets of instances) if (await spend(budgets, limit, 1)) spent += 1;
  }
  assert.equal(spent, limit);
  assert.ok(shared.asked <= 20 + 3 * instances.length, `${shared.asked} times`);
});

test('the cost of a bulk beyond a lease is leased by the next request', async () => {
  const shared = sharedCounter();
  const [one, two] = [1, 2].map(() => new RateBudgets(shared.take, () => 0));
  assert.ok(one && two);
  assert.ok(await spend(one, 100, 90));
  assert.ok(await spend(one, 100, 1));
  let spent = 0;
  while (await spend(two, 100, 1)) spent += 1;
  assert.ok(spent <= 10, `${spent} after 91 of 100`);
});

test('simultaneous requests share one lease request, and no caller is refused while the database is unavailable', async () => {
  const shared = sharedCounter();
  const budgets = new RateBudgets(shared.take, () => 0);
  await Promise.all(Array.from({ length: 50 }, () => budgets.look('acme', 1_000)));
  assert.equal(shared.asked, 1);
  const cut = new RateBudgets(
    () => Promise.reject(new Error('away')),
    () => 0,
  );
  for (let spent = 0; spent < 100; spent++) assert.ok(await spend(cut, 10, 1));
});

test('the heaviest callers are listed, and no more than requested', () => {
  const budgets = new RateBudgets(undefined, () => 0);
  for (let number = 0; number < 30; number++) budgets.use(`tenant-${number}`, 100, number);
  assert.deepEqual(budgets.heaviest(2), [
    ['tenant-29', 29],
    ['tenant-28', 28],
  ]);
});

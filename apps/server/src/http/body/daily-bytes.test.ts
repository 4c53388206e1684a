import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DailyBytes } from './daily-bytes.ts';

const dayMs = 86_400_000;

test('each tenant has a separate quota of bytes, and a new one on the next day', async () => {
  let nowMs = 20_000 * dayMs + dayMs / 2;
  const bytes = new DailyBytes(1_000, undefined, () => nowMs);
  for (const body of [600, 399, 2]) assert.equal(await bytes.refusedFor('acme', body), undefined);
  assert.equal(await bytes.refusedFor('acme', 1), 43_200);
  assert.equal(await bytes.refusedFor('other', 1_000), undefined);
  assert.deepEqual([...bytes.heaviest(1)], [['acme', 1_001]]);
  nowMs += dayMs / 2 - 1;
  assert.equal(await bytes.refusedFor('acme', 1), 1);
  nowMs += 1;
  assert.equal(await bytes.refusedFor('acme', 1_000), undefined);
});

test('a lease is shared and survives a restart: each start loses at most a part', async () => {
  const taken = new Map<string, number>();
  const take = (name: string, _windowStartMs: number, cost: number) => {
    taken.set(name, (taken.get(name) ?? 0) + cost);
    return Promise.resolve(taken.get(name) ?? 0);
  };
  const start = () => new DailyBytes(10_000, take, () => 0);
  const send = async (bytes: DailyBytes, count: number) => {
    let sent = 0;
    while (sent < count && (await bytes.refusedFor('acme', 100)) === undefined) sent++;
    return sent;
  };
  assert.equal(await send(start(), 40), 40);
  const [one, other] = [start(), start()];
  assert.equal((await send(one, 30)) + (await send(other, 100)), 60);
  assert.equal(await send(start(), 1), 0);
});

test('without a quota nothing is refused', async () => {
  const bytes = new DailyBytes(0, undefined, () => 0);
  assert.equal(await bytes.refusedFor('acme', Number.MAX_SAFE_INTEGER), undefined);
});

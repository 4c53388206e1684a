import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { countRecords } from './harness/sql.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search' };

test('each item of a log is matched, missing or different, by its id or by its key', async (t) => {
  const { api, databaseUrl } = await startInProcess(t);
  await api.post('/usage', { ...usage, requests: 3, id: 'a' });
  const keyed = await api.post('/usage', { ...usage, requests: 4 }, 'key-1');
  await api.post('/usage/bulk', { items: [{ ...usage, requests: 5, id: 'b' }] }, 'key-2');
  const items = [
    { id: 'a', requests: 3 },
    { id: 'a', requests: 4 },
    { id: 'c', requests: 3 },
    { key: 'key-1', requests: 4 },
    { key: 'key-1', requests: 3 },
    { key: 'key-3', requests: 3 },
    { key: 'key-2', requests: 5 },
    { id: 'b', requests: 5 },
  ];
  const records = await countRecords(databaseUrl);
  const answer = await api.post('/reconcile', { items });
  assert.equal(answer.status, 200, answer.text);
  const words = answer.json.results.map((result: { status: string }) => result.status);
  assert.deepEqual(words, [
    'matched',
    'different',
    'missing',
    'matched',
    'different',
    'missing',
    'different',
    'matched',
  ]);
  assert.deepEqual(answer.json.results[4].requests, 4);
  assert.equal(`/api/v1/entries/${answer.json.results[3].entryId}`, keyed.headers.get('location'));
  // This is a read, although it is a POST: its key is not kept, and a second use of the key is not a replay.
  for (let times = 0; times < 2; times++) {
    const again = await api.post('/reconcile', { items }, 'key-9');
    assert.equal(again.headers.get('idempotency-replayed'), null);
  }
  assert.equal(await countRecords(databaseUrl), records);
});

test('a log of 10,000 items of the greatest length is accepted, and one of 10,001 is refused', async (t) => {
  const { api } = await startInProcess(t, { IDEMPOTENCY_REQUIRED: 'true', BULK_MAX_ITEMS: '10000' });
  const log = Array.from({ length: 10_000 }, (_, n) => ({ id: `${n}`.padStart(128, 'x'), requests: 2 }));
  await api.post('/usage/bulk', { items: log.map((item) => ({ ...usage, ...item })) }, 'k');
  const answer = await api.post('/reconcile', { items: log });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.results.length, 10_000);
  assert.ok(answer.json.results.every((result: { status: string }) => result.status === 'matched'));
  const items = [...log, { id: 'one too many', requests: 1 }];
  assert.equal((await api.post('/reconcile', { items })).status, 400);
});

test('an item with both or neither of id and key is refused with its place', async (t) => {
  const { api } = await startInProcess(t);
  const good = { id: 'a', requests: 1 };
  for (const bad of [{ requests: 1 }, { id: 'a', key: 'k', requests: 1 }]) {
    const answer = await api.post('/reconcile', { items: [good, bad] });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.faults[0].pointer, '/items/1');
  }
  for (const bad of [{ id: 'a' }, { id: 'a', requests: 0 }, { id: 'a', request: 1 }, 1]) {
    assert.equal((await api.post('/reconcile', { items: [bad] })).status, 400);
  }
});

test("a tenant cannot reconcile against another tenant's books", async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const [one, other] = [await apiOfTenant(api, 'one'), await apiOfTenant(api, 'other')];
  await one.post('/usage', { ...usage, requests: 3, id: 'a' }, 'key-1');
  const items = [
    { id: 'a', requests: 3 },
    { key: 'key-1', requests: 3 },
  ];
  const words = (await other.post('/reconcile', { items })).json.results.map(
    (result: { status: string }) => result.status,
  );
  assert.deepEqual(words, ['missing', 'missing']);
});

// Open holds count for limits.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const minuteMs = 60_000;
const account = { agent: 'agent-7', serviceId: 'llm' };

async function started(t: TestContext, limit: object) {
  const { api, clock, app } = await startInProcess(t, {}, noon);
  await api.post('/services', { serviceId: 'llm', priceStroops: 10_000_000 });
  await setLimit(api, limit);
  clock.nowMs += 2 * minuteMs;
  const hold = async (id: string, more: object) =>
    (await api.post('/holds', { ...account, id, ...more })).status;
  const capture = async (id: string, requests: number) =>
    await api.post(`/holds/${id}/capture`, { requests });
  const use = async (requests: number, agent = 'agent-7') =>
    (await api.post('/usage', { ...account, agent, requests })).status;
  const used = async () => (await api.get('/limits/budget')).json.counters[0]?.used;
  return { api, clock, app, hold, capture, use, used };
}

async function setLimit(api: Api, limit: object): Promise<void> {
  const body = { window: 'day', action: 'refuse', ...limit };
  const { status, text } = await api.call('/limits/budget', { method: 'PUT', body });
  assert.ok(status === 200 || status === 201, text);
}

async function assertAudit(api: Api): Promise<void> {
  const { ok, limits, balances } = (await api.get('/audit')).json;
  assert.deepEqual([ok, limits.differences, balances.differences], [true, [], []]);
}

test('an open hold counts as usage, and its unused part is returned', async (t) => {
  const { api, hold, capture, use, used } = await started(t, { max: { quantity: '10' }, notifyAt: [0.5] });
  assert.equal(await hold('h1', { requests: 7 }), 201);
  assert.equal(await used(), '7');
  const refused = await api.post('/holds', { ...account, requests: 4 });
  assert.deepEqual([refused.status, refused.json.limit, refused.json.left], [429, 'budget', '3']);
  assert.equal(await use(4), 429);
  assert.equal(await use(3), 201);
  await assertAudit(api);
  // The capture takes more than the hold reserved, and nothing is left for the difference.
  assert.equal((await capture('h1', 8)).status, 429);
  assert.equal((await capture('h1', 7)).status, 201);
  assert.equal(await used(), '10');
  assert.equal(await use(1), 429);
  await setLimit(api, { max: { quantity: '20' } });
  assert.equal(await hold('h2', { requests: 6 }), 201);
  assert.equal((await capture('h2', 2)).status, 201);
  assert.equal(await used(), '12');
  assert.equal(await hold('h3', { amount: '5.5' }), 201);
  assert.equal(await used(), '17');
  assert.equal((await api.call('/holds/h3/release', { method: 'POST' })).status, 200);
  assert.equal(await used(), '12');
  assert.equal((await api.get('/events?type=limit.reached')).json.items.length, 1);
  await assertAudit(api);
});

test('a lapsed hold is no longer counted, from the next write of its agent or the next turn of the worker', async (t) => {
  const { api, clock, app, hold, capture, use, used } = await started(t, { max: { quantity: '10' } });
  assert.equal(await hold('h1', { requests: 10, expiresInMs: minuteMs }), 201);
  clock.nowMs += minuteMs;
  const allowance = await api.get('/agents/agent-7/allowance?serviceId=llm&requests=9');
  assert.equal(allowance.json.allowed, true, allowance.text);
  assert.equal(await use(9), 201);
  assert.equal(await used(), '9');
  // A lapsed hold reserves nothing: its capture is ordinary usage.
  assert.equal((await capture('h1', 2)).status, 429);
  assert.equal((await capture('h1', 1)).status, 201);
  assert.equal(await used(), '10');
  await setLimit(api, { max: { quantity: '20' } });
  assert.equal(await hold('h2', { requests: 10, expiresInMs: minuteMs }), 201);
  clock.nowMs += minuteMs;
  await app.passingTime.runOnce();
  assert.equal(await used(), '10');
  assert.equal(await use(10, 'agent-8'), 201);
  await assertAudit(api);
});

test('a hold counts in the window in which it was made, even if it is captured in the next one', async (t) => {
  const { api, clock, hold, capture, use } = await started(t, { max: { quantity: '10' }, window: 'minute' });
  assert.equal(await hold('h1', { requests: 8 }), 201);
  assert.equal(await hold('h2', { requests: 2 }), 201);
  clock.nowMs += minuteMs;
  assert.equal(await use(9), 201);
  // The part beyond the hold is counted now.
  assert.equal((await capture('h1', 10)).status, 429);
  assert.equal((await capture('h1', 9)).status, 201);
  assert.equal(await use(1), 429);
  clock.nowMs += minuteMs;
  assert.equal((await capture('h2', 1)).status, 201);
  assert.equal(await use(10), 201);
  await assertAudit(api);
  // Reserved usage can be captured even if the limit was lowered, or another one was set, since the hold.
  assert.equal(await hold('h3', { requests: 1 }), 429);
  clock.nowMs += minuteMs;
  assert.equal(await hold('h4', { requests: 5 }), 201);
  await setLimit(api, { max: { quantity: '1' }, window: 'minute' });
  assert.equal((await capture('h4', 5)).status, 201);
  assert.equal(await use(1), 429);
  await assertAudit(api);
});

test('a hold of one API key that another key captures is returned to the limit of the first', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey }, noon);
  const acme = await apiOfTenant(api, 'acme');
  const made = await api.post('/api-keys', { label: 'worker', tenant: 'acme' }, undefined, asAdmin);
  const worker = withHeaders(api, { 'x-api-key': String(made.json.key) });
  await acme.post('/services', { serviceId: 'llm', priceStroops: 1 });
  await setLimit(acme, { apiKeyPrefix: made.json.prefix, max: { quantity: '5' } });
  assert.equal((await acme.post('/holds', { ...account, requests: 9 })).status, 201);
  assert.equal((await worker.post('/holds', { ...account, requests: 6 })).status, 429);
  assert.equal((await worker.post('/holds', { ...account, requests: 5, id: 'h' })).status, 201);
  assert.equal((await worker.post('/usage', { ...account, requests: 1 })).status, 429);
  assert.equal((await acme.post('/holds/h/capture', { requests: 4 })).status, 201);
  assert.equal((await worker.post('/usage', { ...account, requests: 5 })).status, 201);
  await assertAudit(acme);
});

test('if 60 holds arrive at the same time at a limit for 20, exactly 20 are made, and none of them is lost', async (t) => {
  const { api, clock } = await started(t, { max: { quantity: '20' }, agent: '*' });
  const holds = Array.from({ length: 60 }, (_, number) => `h${number}`);
  const statuses = await Promise.all(
    holds.map(
      async (id) => (await api.post('/holds', { ...account, id, requests: 1, expiresInMs: minuteMs })).status,
    ),
  );
  assert.equal(statuses.filter((status) => status === 201).length, 20);
  await assertAudit(api);
  clock.nowMs += minuteMs;
  assert.equal((await api.post('/usage', { ...account, requests: 20 })).status, 201);
  await assertAudit(api);
});

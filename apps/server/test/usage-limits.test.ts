import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';
import { inParallel } from './harness/workload.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const minuteMs = 60_000;
const dayMs = 86_400_000;

interface Sent {
  readonly agent?: string;
  readonly serviceId?: string;
  readonly requests?: number;
  readonly id?: string;
}

const use = ({ agent = 'agent-7', serviceId = 'search', requests = 1, id }: Sent = {}) => ({
  agent,
  serviceId,
  requests,
  ...(id === undefined ? {} : { id }),
});

async function setLimit(api: Api, name: string, limit: object): Promise<ApiAnswer> {
  const body = { window: 'day', action: 'refuse', ...limit };
  const answer = await api.call(`/limits/${name}`, { method: 'PUT', body });
  assert.ok(answer.status === 200 || answer.status === 201, answer.text);
  return answer;
}

async function started(t: TestContext) {
  const { api, clock, app } = await startInProcess(t, {}, noon);
  const record = async (sent: Sent = {}, key?: string) => await api.post('/usage', use(sent), key);
  const usedOf = async (name: string) => (await api.get(`/limits/${name}`)).json.counters[0]?.used;
  const assertRight = async () => assert.equal((await api.get('/audit')).json.ok, true);
  return { api, clock, app, record, usedOf, assertRight };
}

test('usage beyond a limit is refused with the name of the limit, the rest, and the time when it begins again', async (t) => {
  const { api, clock, record, usedOf, assertRight } = await started(t);
  const made = await setLimit(api, 'budget', { max: { quantity: '10' } });
  assert.equal(made.status, 201);
  clock.nowMs += 2 * minuteMs;
  assert.equal((await record({ requests: 8 })).status, 201);
  const refused = await record({ requests: 3 }, 'later');
  assert.equal(refused.status, 429);
  const { error, limit, left } = refused.json;
  assert.deepEqual({ error, limit, left }, { error: 'limit_reached', limit: 'budget', left: '2' });
  assert.equal(refused.headers.get('retry-after'), String(12 * 3_600 - 120));
  assert.match((await api.get('/metrics')).text, /^billonce_limit_refusals_total 1$/m);
  assert.equal((await record({ requests: 2 })).status, 201);
  assert.equal(await usedOf('budget'), '10');
  // The refusal was not remembered: the same key is executed in the next window.
  clock.nowMs = Date.UTC(2026, 10, 28);
  assert.equal((await record({ requests: 3 }, 'later')).status, 201);
  assert.equal(await usedOf('budget'), '3');
  const never = await record({ requests: 11 });
  assert.equal(never.headers.get('retry-after'), null);
  await assertRight();
});

const windows = [
  { window: 'minute', nextMs: noon + minuteMs },
  { window: 'hour', nextMs: noon + 60 * minuteMs },
  { window: 'day', nextMs: Date.UTC(2026, 10, 28) },
  { window: 'month', nextMs: Date.UTC(2026, 11) },
  { window: 'lifetime', nextMs: undefined },
] as const;

test('each window is fixed, in UTC, and ends at an exact millisecond', async (t) => {
  const { api, clock, assertRight } = await started(t);
  for (const { window, nextMs } of windows) {
    const agent = `agent-${window}`;
    const send = async () => (await api.post('/usage', use({ agent }))).status;
    clock.nowMs = noon;
    await setLimit(api, window, { window, agent, max: { quantity: '1' } });
    assert.deepEqual([await send(), await send()], [201, 429], window);
    const { windowStart, windowEnd } = (await api.get(`/limits/${window}`)).json.counters[0];
    assert.equal(windowEnd, nextMs === undefined ? null : new Date(nextMs).toISOString());
    assert.ok(Date.parse(windowStart) <= noon);
    clock.nowMs = nextMs === undefined ? noon + 400 * dayMs : nextMs - 1;
    assert.equal(await send(), 429, window);
    if (nextMs === undefined) continue;
    clock.nowMs = nextMs;
    assert.deepEqual([await send(), await send()], [201, 429], window);
  }
  await assertRight();
});

test('a limit without an agent counts all agents together, and one with agent "*" counts each agent separately', async (t) => {
  const { api, record, usedOf } = await started(t);
  await setLimit(api, 'all', { max: { quantity: '100' } });
  await setLimit(api, 'each', { agent: '*', serviceId: 'search', max: { quantity: '2' } });
  await setLimit(api, 'images', { serviceId: 'images', max: { quantity: '5' } });
  for (const agent of ['a', 'b']) {
    assert.equal((await record({ agent, requests: 2 })).status, 201);
    assert.equal((await record({ agent })).json.limit, 'each');
    assert.equal((await record({ agent, serviceId: 'images', requests: 2 })).status, 201);
  }
  assert.equal((await record({ agent: 'c', serviceId: 'images', requests: 2 })).json.limit, 'images');
  assert.equal(await usedOf('all'), '8');
  const { counters } = (await api.get('/limits/each')).json;
  assert.deepEqual(
    counters.map(({ agent, used, left }: Record<string, unknown>) => [agent, used, left]),
    [
      ['a', '2', '0'],
      ['b', '2', '0'],
    ],
  );
  const first = (await api.get('/limits/each?limit=1')).json;
  assert.deepEqual([first.counters.length, first.hasMore], [1, true]);
  const second = (await api.get(`/limits/each?limit=1&cursor=${first.nextCursor}`)).json;
  assert.deepEqual([second.counters[0].agent, second.hasMore, second.nextCursor], ['b', false, null]);
});

test('a limit of an API key counts only the usage that this key sends', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey }, noon);
  const acme = await apiOfTenant(api, 'acme');
  const made = await api.post('/api-keys', { label: 'worker', tenant: 'acme' }, undefined, asAdmin);
  const worker = withHeaders(api, { 'x-api-key': String(made.json.key) });
  await setLimit(acme, 'worker', { apiKeyPrefix: made.json.prefix, max: { quantity: '1' } });
  clock.nowMs += 2 * minuteMs;
  const statuses = [];
  for (const caller of [acme, worker, acme, worker])
    statuses.push((await caller.post('/usage', use())).status);
  assert.deepEqual(statuses, [201, 201, 201, 429]);
  assert.equal(
    (await worker.get('/agents/agent-7/allowance?serviceId=search&requests=1')).json.allowed,
    false,
  );
  assert.equal((await acme.get('/agents/agent-7/allowance?serviceId=search&requests=1')).json.allowed, true);
  assert.equal((await acme.get('/audit')).json.ok, true);
  // Another tenant has its own limits, even under the same name.
  const other = await apiOfTenant(api, 'other');
  assert.equal((await other.get('/limits/worker')).status, 404);
  assert.equal((await other.post('/usage', use({ requests: 1_000 }))).status, 201);
});

test('if 500 usages arrive at the same time at a limit for 100, exactly 100 are recorded', async (t) => {
  const { api, clock, record, usedOf, assertRight } = await started(t);
  await setLimit(api, 'budget', { max: { quantity: '100' } });
  clock.nowMs += 2 * minuteMs;
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, number) =>
      record({ agent: `agent-${number % 7}`, id: `event-${number}` }, `key-${number}`),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 100);
  assert.equal(statuses.filter((status) => status === 429).length, 400);
  assert.equal(await usedOf('budget'), '100');
  assert.equal((await api.get('/entries?limit=1000')).json.items.length, 100);
  await assertRight();
});

test('a bulk is refused item by item; one that is atomic moves no counter', async (t) => {
  const { api, clock, usedOf, assertRight } = await started(t);
  await setLimit(api, 'budget', { max: { quantity: '5' }, notifyAt: [0.4, 1] });
  clock.nowMs += 2 * minuteMs;
  const items = [use({ requests: 2 }), use({ requests: 4 }), use({ requests: 3 })];
  const atomic = await api.post('/usage/bulk?mode=atomic', { items });
  assert.equal(atomic.json.error, 'bulk_rejected');
  assert.equal(await usedOf('budget'), '0');
  assert.deepEqual((await api.get('/events?type=limit.reached')).json.items, []);
  const { results } = (await api.post('/usage/bulk', { items })).json;
  assert.deepEqual(
    results.map(({ ok, error }: Record<string, unknown>) => error ?? ok),
    [true, 'limit_reached', true],
  );
  assert.equal(await usedOf('budget'), '5');
  await assertRight();
});

test('each level of a limit makes one event in each window', async (t) => {
  const { api, clock, record } = await started(t);
  await setLimit(api, 'watch', {
    agent: '*',
    action: 'notify',
    max: { quantity: '10' },
    notifyAt: [1, 0.5, 0.8],
  });
  const reached = async () =>
    (await api.get('/events?type=limit.reached&order=asc')).json.items.map(
      ({ data }: { readonly data: Record<string, unknown> }) => [data['agent'], data['level'], data['used']],
    );
  for (const requests of [4, 1, 1, 3, 5]) await record({ requests });
  assert.deepEqual(await reached(), [
    ['agent-7', 0.5, '5'],
    ['agent-7', 0.8, '9'],
    ['agent-7', 1, '14'],
  ]);
  await record({ agent: 'b', requests: 10 });
  assert.equal((await reached()).length, 6);
  clock.nowMs += dayMs;
  await record({ requests: 5 });
  const [last] = (await api.get('/events?type=limit.reached&limit=1')).json.items;
  const { limit, action, window, windowStart, windowEnd, max, left } = last.data;
  assert.deepEqual(
    { limit, action, window, windowStart, windowEnd, max, left },
    {
      limit: 'watch',
      action: 'notify',
      window: 'day',
      windowStart: '2026-11-28T00:00:00.000Z',
      windowEnd: '2026-11-29T00:00:00.000Z',
      max: { quantity: '10' },
      left: '5',
    },
  );
  assert.equal((await reached()).length, 7);
});

test('a retry changes no counter and is refused by no limit, even after limits were changed or deleted', async (t) => {
  const { api, clock, record, usedOf, assertRight } = await started(t);
  await setLimit(api, 'budget', { max: { quantity: '3' } });
  clock.nowMs += 2 * minuteMs;
  const first = await record({ requests: 3, id: 'event-1' }, 'k');
  const bulk = { items: [use({ requests: 3, id: 'event-1' })] };
  const known = await api.post('/usage/bulk', bulk, 'bulk');
  const again = async () => {
    const replay = await record({ requests: 3, id: 'event-1' }, 'k');
    assert.deepEqual([replay.text, replay.headers.get('idempotency-replayed')], [first.text, 'true']);
    assert.equal((await record({ requests: 3, id: 'event-1' })).json.status, 'duplicate');
    assert.equal((await api.post('/usage/bulk', bulk, 'bulk')).text, known.text);
  };
  await again();
  assert.equal(await usedOf('budget'), '3');
  const lowered = await api.call('/limits/budget', {
    method: 'PUT',
    key: 'lower',
    body: { window: 'day', action: 'refuse', max: { quantity: '1' } },
  });
  assert.equal(lowered.status, 200);
  await again();
  assert.equal(await usedOf('budget'), '3');
  assert.equal((await record()).json.left, '0');
  await assertRight();
  await api.call('/limits/budget', { method: 'DELETE', key: 'delete' });
  await again();
  assert.equal((await api.call('/limits/budget', { method: 'DELETE', key: 'delete' })).status, 204);
  assert.equal((await api.call('/limits/budget', { method: 'DELETE' })).status, 404);
  const replayed = await api.call('/limits/budget', {
    method: 'PUT',
    key: 'lower',
    body: { window: 'day', action: 'refuse', max: { quantity: '1' } },
  });
  assert.equal(replayed.text, lowered.text);
  assert.equal((await api.get('/limits')).json.items.length, 0);
  assert.equal((await record()).status, 201);
});

test('a changed limit keeps its count if it counts the same usage, and otherwise begins again', async (t) => {
  const { api, record, usedOf } = await started(t);
  await setLimit(api, 'budget', { max: { quantity: '10' } });
  await record({ requests: 7 });
  await setLimit(api, 'budget', { max: { quantity: '20.5' }, action: 'notify' });
  assert.equal(await usedOf('budget'), '7');
  await setLimit(api, 'budget', { max: { quantity: '5' } });
  assert.equal((await record()).status, 429);
  await setLimit(api, 'budget', { max: { quantity: '5' }, window: 'hour' });
  assert.equal(await usedOf('budget'), '0');
  assert.equal((await record()).status, 201);
  const acts = (await api.get('/audit-log?action=limit.set', { ...asAdmin })).json.items ?? [];
  assert.ok(acts.every(({ subject }: { readonly subject: string }) => subject === 'budget'));
});

test('reversed and settled usage stays counted', async (t) => {
  const { api, record, usedOf } = await started(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  await setLimit(api, 'budget', { max: { quantity: '3' } });
  await record({ requests: 3 });
  const [entry] = (await api.get('/entries')).json.items;
  await api.post('/settle', { agent: 'agent-7', serviceId: 'search' });
  await api.post(`/entries/${entry.id}/reverse`, { reason: 'recorded by mistake' });
  assert.equal(await usedOf('budget'), '3');
  assert.equal((await record()).status, 429);
});

test('no more than 10 limits apply to the same usage, and a tenant has no more than 1,000', async (t) => {
  const { api } = await started(t);
  for (let number = 0; number < 9; number++)
    await setLimit(api, `all-${number}`, { max: { quantity: '1000' } });
  await setLimit(api, 'agent', { agent: 'agent-7', max: { quantity: '1000' } });
  const tenth = { window: 'day', action: 'refuse', max: { quantity: '1' } };
  const put = async (name: string, limit: object) =>
    (await api.call(`/limits/${name}`, { method: 'PUT', body: { ...tenth, ...limit } })).json.error;
  assert.equal(await put('service', { serviceId: 'search' }), 'limit_exceeded');
  assert.equal(await put('all', {}), 'limit_exceeded');
  assert.equal(await put('other', { agent: 'other' }), undefined);
  for (let number = 0; number < 9; number++) await api.call(`/limits/all-${number}`, { method: 'DELETE' });
  const names = Array.from({ length: 998 }, (_, number) => `agent-${number}`);
  await inParallel(
    16,
    () => names.pop(),
    async (name) => {
      await setLimit(api, name, { agent: name, max: { quantity: '1' } });
    },
  );
  assert.equal(await put('one-more', { agent: 'x' }), 'limit_exceeded');
  assert.equal((await api.get('/limits')).json.items.length, 1_000);
  const page = (await api.get('/limits?limit=999')).json;
  assert.deepEqual([page.items.length, page.hasMore], [999, true]);
  assert.equal((await api.get(`/limits?cursor=${page.nextCursor}`)).json.items.length, 1);
  assert.equal((await api.post('/usage', use({ agent: 'agent-5', requests: 2 }))).json.limit, 'agent-5');
});

test('an invalid limit is refused with the place of the fault', async (t) => {
  const { api } = await started(t);
  const valid = { window: 'day', action: 'refuse', max: { quantity: '1' } };
  const faults = [
    [{ ...valid, max: { quantity: '0' } }, '/max/quantity'],
    [{ ...valid, max: { quantity: '1.0000001' } }, '/max/quantity'],
    [{ ...valid, max: { quantity: 1 } }, '/max/quantity'],
    [{ ...valid, window: 'week' }, '/window'],
    [{ ...valid, notifyAt: [0.12345] }, '/notifyAt/0'],
    [{ ...valid, notifyAt: [1.1] }, '/notifyAt/0'],
    [{ ...valid, agent: 'a::b' }, '/agent'],
  ] as const;
  for (const [body, pointer] of faults) {
    const answer = await api.call('/limits/budget', { method: 'PUT', body });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.faults[0].pointer, pointer);
  }
  assert.equal((await api.get('/limits/budget')).status, 404);
});

test('an allowance says whether usage would be recorded, and reserves nothing', async (t) => {
  const { api, record } = await started(t);
  await setLimit(api, 'budget', { max: { quantity: '3' } });
  await setLimit(api, 'other', { agent: 'other', max: { quantity: '1' } });
  const allowance = async (requests: number, serviceId = 'search') =>
    (await api.get(`/agents/agent-7/allowance?serviceId=${serviceId}&requests=${requests}`)).json;
  await record({ requests: 1 });
  const allowed = await allowance(2);
  assert.deepEqual([allowed.allowed, allowed.error, allowed.message], [true, null, null]);
  assert.deepEqual(
    allowed.limits.map(({ name, used, left }: Record<string, unknown>) => [name, used, left]),
    [['budget', '1', '2']],
  );
  const refused = await allowance(3);
  assert.deepEqual([refused.allowed, refused.error], [false, 'limit_reached']);
  assert.match(refused.message, /the limit budget allows at most 3 in a day; 2 are left/);
  await api.post('/services', { serviceId: 'images', priceStroops: 5 });
  await api.post('/services/images/disable', {});
  assert.equal((await allowance(1, 'images')).error, 'service_disabled');
  assert.equal((await record({ requests: 2 })).status, 201);
});

// Limits that count the price of usage, in the asset of its service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { essence } from './harness/workload.ts';

const putLimit = (api: Api, name: string, more: object, key?: string) =>
  api.call(`/limits/${name}`, {
    method: 'PUT',
    body: { window: 'lifetime', action: 'refuse', ...more },
    ...(key === undefined ? {} : { key }),
  });
const use = (api: Api, serviceId: string, requests: number, more: object = {}, key?: string) =>
  api.post('/usage', { agent: 'a', serviceId, requests, ...more }, key);
const faultOf = ({ status, json }: ApiAnswer) => [status, json.error, json.faults?.[0]?.pointer];
const counted = async (api: Api, name = 'budget') => {
  const { counters } = (await api.get(`/limits/${name}`)).json;
  return counters.map(({ used, left }: { used: string; left: string }) => [used, left])[0];
};

/** Makes two services in USD, at 0.01 and 0.0025, and one in XLM, with a limit of 1 USD. */
async function startBudget(t: Parameters<typeof startInProcess>[0], more: object = {}): Promise<Api> {
  const { api } = await startInProcess(t);
  await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  await api.post('/services', { serviceId: 'cent', price: '0.01', asset: 'USD' });
  await api.post('/services', { serviceId: 'part', price: '0.0025', asset: 'USD' });
  await api.post('/services', { serviceId: 'x', price: '1' });
  const set = await putLimit(api, 'budget', { max: { amount: '1', asset: 'USD' }, ...more });
  assert.deepEqual([set.status, set.json.max], [201, { amount: '1', asset: 'USD' }], set.text);
  return api;
}

async function assertAudit(api: Api): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.limits.differences, audit.differences], [true, [], []]);
}

test('a limit in money counts the exact cost of usage in its asset, over all services, and no other usage', async (t) => {
  const api = await startBudget(t);
  assert.equal((await use(api, 'part', 3)).status, 201);
  assert.equal((await use(api, 'cent', 90)).status, 201);
  assert.equal((await use(api, 'x', 1_000)).status, 201);
  assert.equal((await use(api, 'unregistered', 1_000)).status, 201);
  assert.deepEqual(await counted(api), ['0.9075', '0.0925']);
  const refused = await use(api, 'cent', 10, {}, 'k');
  assert.deepEqual(
    [refused.status, refused.json.error, refused.json.limit, refused.json.left],
    [429, 'limit_reached', 'budget', '0.0925'],
  );
  assert.match(refused.json.message, /at most 1 USD .* 0\.0925 USD are left, but the request uses 0\.1 USD/);
  assert.deepEqual(await counted(api), ['0.9075', '0.0925']);
  const bulk = await api.post('/usage/bulk?mode=atomic', {
    items: [
      { agent: 'a', serviceId: 'cent', requests: 9 },
      { agent: 'a', serviceId: 'cent', requests: 1 },
    ],
  });
  assert.equal(bulk.status, 422, bulk.text);
  assert.deepEqual(await counted(api), ['0.9075', '0.0925']);
  const allowed = (requests: number, serviceId: string) =>
    api.get(`/agents/a/allowance?serviceId=${serviceId}&requests=${requests}`);
  assert.equal((await allowed(37, 'part')).json.allowed, true);
  const { allowed: no, error, limits } = (await allowed(38, 'part')).json;
  assert.deepEqual([no, error, limits[0].max], [false, 'limit_reached', { amount: '1', asset: 'USD' }]);
  assert.deepEqual((await allowed(1, 'x')).json.limits, []);
  assert.equal((await use(api, 'part', 37)).status, 201);
  assert.deepEqual(await counted(api), ['1', '0']);
  // A higher price counts for usage recorded from then on.
  await api.call('/services/cent/price', { method: 'PATCH', body: { price: '0' } });
  assert.equal((await use(api, 'cent', 1_000)).status, 201);
  await assertAudit(api);
});

test('an invalid maximum of a limit in money is refused with the name of its field', async (t) => {
  const api = await startBudget(t);
  for (const [max, status, error, pointer] of [
    [{ amount: '1', asset: 'EUR' }, 422, 'unknown_asset', '/max/asset'],
    [{ amount: '1', quantity: '1' }, 400, 'invalid_request', '/max/amount'],
    [{ quantity: '1', asset: 'USD' }, 400, 'invalid_request', '/max/asset'],
    [{ asset: 'USD' }, 400, 'invalid_request', '/max/asset'],
    [{}, 400, 'invalid_request', '/max/quantity'],
    [{ amount: '0' }, 400, 'invalid_request', '/max/amount'],
    [{ amount: '-1' }, 400, 'invalid_request', '/max/amount'],
    [{ amount: '1', asset: 'usd' }, 400, 'invalid_request', '/max/asset'],
  ] as const) {
    assert.deepEqual(faultOf(await putLimit(api, 'other', { max })), [status, error, pointer]);
  }
  assert.deepEqual((await api.get('/limits')).json.items.length, 1);
  assert.deepEqual((await putLimit(api, 'xlm', { max: { amount: '1.50' } })).json.max, {
    amount: '1.5',
    asset: 'XLM',
  });
  const acts = (await api.get('/audit-log?action=limit.set')).json.items;
  assert.deepEqual([acts[0].details.max, acts[0].details.asset], ['1.5', 'XLM']);
});

test('a limit that is changed to another asset starts again at 0, and one with the same asset continues', async (t) => {
  const api = await startBudget(t);
  await use(api, 'cent', 50);
  await putLimit(api, 'budget', { max: { amount: '2', asset: 'USD' } });
  assert.deepEqual(await counted(api), ['0.5', '1.5']);
  await putLimit(api, 'budget', { max: { quantity: '10' } });
  assert.deepEqual(await counted(api), ['0', '10']);
  await assertAudit(api);
});

test('open holds count at their cost, and the part that a capture does not use is returned', async (t) => {
  const api = await startBudget(t);
  const hold = (id: string, more: object) =>
    api.post('/holds', { agent: 'a', serviceId: 'cent', id, ...more });
  assert.equal((await hold('h1', { requests: 60 })).status, 201);
  assert.equal((await hold('h2', { amount: '0.3' })).status, 201);
  assert.equal((await api.post('/holds', { agent: 'a', serviceId: 'x', requests: 5, id: 'h3' })).status, 201);
  assert.deepEqual(await counted(api), ['0.9', '0.1']);
  assert.equal((await use(api, 'cent', 11)).json.error, 'limit_reached');
  assert.equal((await hold('h4', { amount: '0.11' })).json.error, 'limit_reached');
  assert.equal((await api.post('/holds/h1/capture', { requests: 45 })).status, 201);
  assert.deepEqual(await counted(api), ['0.75', '0.25']);
  // The part beyond the hold is counted at the capture, at the price of that moment.
  await api.call('/services/cent/price', { method: 'PATCH', body: { price: '0.02' } });
  assert.equal((await api.post('/holds/h2/capture', { requests: 28 })).json.error, 'limit_reached');
  assert.equal((await api.get('/holds/h2')).json.state, 'open');
  assert.equal((await api.post('/holds/h2/capture', { requests: 27 })).status, 201);
  assert.deepEqual(await counted(api), ['0.99', '0.01']);
  assert.equal((await hold('h5', { amount: '0.01' })).status, 201);
  assert.equal((await api.post('/holds/h5/release', {})).status, 200);
  assert.deepEqual(await counted(api), ['0.99', '0.01']);
  await assertAudit(api);
});

test('a limit in money reports its levels once, in its asset', async (t) => {
  const api = await startBudget(t, { action: 'notify', notifyAt: [0.5, 1] });
  await use(api, 'cent', 49);
  await use(api, 'part', 4);
  await use(api, 'cent', 100);
  await use(api, 'cent', 100);
  const events = (await api.get('/events?order=asc&type=limit.reached')).json.items;
  assert.deepEqual(
    events.map(({ data }: { data: { level: number; max: object; used: string } }) => [
      data.level,
      data.max,
      data.used,
    ]),
    [
      [0.5, { amount: '1', asset: 'USD' }, '0.5'],
      [1, { amount: '1', asset: 'USD' }, '1.5'],
    ],
  );
  await assertAudit(api);
});

test('at most ten limits apply to the same usage: those of two assets never do', async (t) => {
  const { api } = await startInProcess(t);
  await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  for (const asset of ['USD', 'XLM']) {
    for (let number = 0; number < 10; number++) {
      assert.equal((await putLimit(api, `${asset}-${number}`, { max: { amount: '1', asset } })).status, 201);
    }
    const eleventh = await putLimit(api, `${asset}-10`, { max: { amount: '1', asset } });
    assert.equal(eleventh.json.error, 'limit_exceeded');
  }
  assert.equal((await putLimit(api, 'units', { max: { quantity: '1' } })).json.error, 'limit_exceeded');
});

test('a retry gets its first answer also after the limit in money is reached, and counts nothing', async (t) => {
  const api = await startBudget(t);
  const writes: (() => Promise<ApiAnswer>)[] = [
    () => putLimit(api, 'each', { agent: '*', max: { amount: '0.9', asset: 'USD' } }, 'limit'),
    () => use(api, 'cent', 40, {}, 'use'),
    () => api.post('/holds', { agent: 'a', serviceId: 'cent', requests: 50, id: 'h' }, 'hold'),
    () => api.post('/holds/h/capture', { requests: 50 }, 'capture'),
    () => use(api, 'x', 1, {}, 'other'),
  ];
  const first: ApiAnswer[] = [];
  for (const [number, write] of writes.entries()) {
    const answer = await write();
    assert.ok(answer.status < 300, answer.text);
    first.push(answer);
    const before = [await counted(api), await counted(api, 'each')];
    for (const [earlier, again] of writes.slice(0, number + 1).entries()) {
      assert.deepEqual(essence(await again()), essence(first[earlier] ?? answer));
    }
    assert.deepEqual([await counted(api), await counted(api, 'each')], before);
  }
  assert.equal((await use(api, 'cent', 1)).json.error, 'limit_reached');
  await assertAudit(api);
});

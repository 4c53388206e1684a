import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, type ApiAnswer, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { adminKey, apiOfTenant, asAdmin, makeKey, withHeaders } from './harness/tenants.ts';

const bulkOf = (items: number) => ({
  items: Array.from({ length: items }, (_, index) => ({
    agent: 'a',
    serviceId: 's',
    requests: 1,
    id: `event-${index}`,
  })),
});
const configOf = (bulkMaxItems: number, limit: number) => ({
  bulkMaxItems,
  rateLimitPerMinute: limit,
  rateLimitPerWindow: limit,
  rateLimitWindowMs: 60_000,
});
const patch = (body: unknown, key?: string) => ({
  method: 'PATCH',
  body,
  ...(key === undefined ? {} : { key }),
});

test('the limit of a bulk is changed while the server runs; a retry is still answered after it was lowered', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '20' });
  const before = await api.get('/config');
  assert.deepEqual(before.json.config, configOf(20, 12_000_000));
  assert.equal(before.json.effectiveWithinMs, 2_000);
  const first = await api.post('/usage/bulk', bulkOf(20), 'bulk');
  assert.equal(first.status, 201);
  const changed = await api.call('/config', patch({ bulkMaxItems: 10 }, 'lower'));
  assert.deepEqual(changed.json, { config: configOf(10, 12_000_000), effectiveWithinMs: 2_000 });
  const refused = await api.post(
    '/usage/bulk',
    { items: bulkOf(11).items.map((item) => ({ ...item, id: `x${item.id}` })) },
    'other',
  );
  assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_request']);
  const retried = await api.post('/usage/bulk', bulkOf(20), 'bulk');
  assert.deepEqual([retried.status, retried.headers.get('idempotency-replayed')], [201, 'true']);
  assert.equal(retried.text, first.text);
  // All items are known by their ids: they cost nothing new.
  assert.equal((await api.post('/usage/bulk', bulkOf(20), 'third')).status, 201);
  assert.equal((await api.get('/usage/a/s')).json.total, 20);
  const back = await api.call('/config', patch({ bulkMaxItems: null }));
  assert.equal(back.json.config.bulkMaxItems, 20);
  assert.equal(
    (
      await api.post(
        '/usage/bulk',
        { items: bulkOf(11).items.map((item) => ({ ...item, id: `x${item.id}` })) },
        'other',
      )
    ).status,
    201,
  );
});

test('settings survive a kill and a restart, and have limits', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const first = await startProcess(t, environment);
  await apiAt(first.url).call('/config', patch({ bulkMaxItems: 7, rateLimitPerMinute: 5_000 }));
  for (const wrong of [
    { bulkMaxItems: 0 },
    { bulkMaxItems: 10_001 },
    { rateLimitPerMinute: -1 },
    { rateLimitPerWindow: -1 },
    { rateLimitPerMinute: 1, rateLimitPerWindow: 2 },
    { rateLimitWindowMs: 999 },
    { rateLimitWindowMs: 86_400_001 },
    { rateLimitPerMinute: 1, rateLimitWindowMs: 1_000 },
    { rateLimitPerMinute: null, rateLimitPerWindow: -1 },
    { bulkMaxItem: 5 },
    { bulkMaxItems: '5' },
  ]) {
    assert.equal((await apiAt(first.url).call('/config', patch(wrong))).status, 400, JSON.stringify(wrong));
  }
  await first.stop('SIGKILL');
  const second = await startProcess(t, environment);
  const { json, status, text } = await apiAt(second.url).get('/config');
  assert.equal(status, 200, text);
  assert.deepEqual([json.config.bulkMaxItems, json.config.rateLimitPerMinute], [7, 5_000]);
});

test('each tenant has a separate rate limit, which reports what is left, and follows a change', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey, RATE_LIMIT_PER_MINUTE: '3' });
  const admin = withHeaders(api, asAdmin);
  const one = await apiOfTenant(api, 'one');
  const two = await apiOfTenant(api, 'two');
  const answers = [];
  for (let index = 0; index < 4; index++) answers.push(await one.get('/usage/a/s'));
  assert.deepEqual(
    answers.map(({ status, headers }) => [
      status,
      headers.get('ratelimit-limit'),
      headers.get('ratelimit-remaining'),
    ]),
    [
      [200, '3', '2'],
      [200, '3', '1'],
      [200, '3', '0'],
      [429, '3', '0'],
    ],
  );
  const last = answers.at(-1);
  assert.equal(last?.json.error, 'rate_limited');
  assert.ok(Number(last?.headers.get('retry-after')) > 0);
  assert.ok(Number(last?.headers.get('ratelimit-reset')) > 0);
  assert.equal((await two.get('/usage/a/s')).status, 200);
  // A write that the limit refused changed nothing, and its key is free.
  assert.equal((await one.post('/usage', { agent: 'a', serviceId: 's', requests: 1 }, 'k')).status, 429);
  const raised = await admin.call('/config', patch({ rateLimitPerMinute: 1_000 }));
  assert.equal(raised.status, 200, raised.text);
  clock.nowMs += 2_000;
  await followed(one, '1000');
  const used = await one.post('/usage', { agent: 'a', serviceId: 's', requests: 1 }, 'k');
  assert.equal(used.status, 201, used.text);
  assert.equal(used.headers.get('ratelimit-limit'), '1000');
  await admin.call('/config', patch({ rateLimitPerMinute: 0 }));
  clock.nowMs += 2_000;
  await followed(one, null);
});

test("another window applies from the change on, and the operator's read can be sent back unchanged", async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey }, 3_600_000 * 480_000);
  const admin = withHeaders(api, asAdmin);
  const one = await apiOfTenant(api, 'one');
  const set = async (body: object) => (await admin.call('/config', patch(body))).json.config;
  const ten = {
    bulkMaxItems: 1_000,
    rateLimitPerMinute: null,
    rateLimitPerWindow: 3,
    rateLimitWindowMs: 10_000,
  };
  assert.deepEqual(await set({ rateLimitPerWindow: 3, rateLimitWindowMs: 10_000 }), ten);
  assert.deepEqual(await set(ten), ten);
  clock.nowMs += 10_000;
  await followed(one, '3');
  clock.nowMs += 10_000;
  const answers = [];
  for (let index = 0; index < 4; index++) answers.push(await one.get('/usage/a/s'));
  assert.deepEqual(
    answers.map(({ status, headers }) => [
      status,
      headers.get('ratelimit-remaining'),
      headers.get('ratelimit-reset'),
    ]),
    [
      [200, '2', '10'],
      [200, '1', '10'],
      [200, '0', '10'],
      [429, '0', '10'],
    ],
  );
  clock.nowMs += 9_999;
  assert.equal((await one.get('/usage/a/s')).status, 429);
  clock.nowMs += 1;
  assert.equal((await one.get('/usage/a/s')).status, 200);
  // A limit for each minute restores the window of a minute, and null restores the configured values.
  assert.deepEqual(await set({ rateLimitPerMinute: 5 }), configOf(1_000, 5));
  assert.deepEqual(await set({ rateLimitWindowMs: 2_000 }), {
    ...ten,
    rateLimitPerWindow: 5,
    rateLimitWindowMs: 2_000,
  });
  assert.deepEqual(await set({ rateLimitPerWindow: null }), configOf(1_000, 12_000_000));
});

test('switching a limit off between two checks refuses no request: no limit is not a limit of 0', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const one = await apiOfTenant(api, 'one');
  for (let round = 0; round < 5; round++) {
    await admin.call('/config', patch({ rateLimitPerMinute: 1_000 }));
    clock.nowMs += 2_000;
    await followed(one, '1000');
    await admin.call('/config', patch({ rateLimitPerMinute: 0 }));
    clock.nowMs += 2_000;
    // The first of them still finds the old limit, and causes the settings to be read again.
    const answers = await Promise.all(Array.from({ length: 10 }, () => one.get('/usage/a/s')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], `round ${round}`);
  }
});

/** A request after a pause causes the settings to be read again. How soon they arrive depends on the database. */
async function followed(api: Api, limit: string | null): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await api.get('/usage/a/s')).headers.get('ratelimit-limit') === limit) return;
  }
  assert.fail(`the limit ${limit} was not followed`);
}

test('only the operator can read and change settings', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const one = await apiOfTenant(api, 'one');
  assert.equal((await one.get('/config')).status, 403);
  assert.equal((await one.call('/config', patch({ bulkMaxItems: 5 }))).status, 403);
  assert.equal((await api.get('/config')).status, 401);
});

test('a bulk costs its number of items, a sum over all accounts a hundred, and an invalid request one', async (t) => {
  const { api, clock } = await startInProcess(t, { RATE_LIMIT_PER_MINUTE: '1000' });
  const remaining = async (answer: Promise<ApiAnswer>) =>
    Number((await answer).headers.get('ratelimit-remaining'));
  assert.equal(await remaining(api.post('/usage/bulk', bulkOf(20))), 980);
  assert.equal(await remaining(api.get('/usage/a/s')), 979);
  assert.equal(await remaining(api.get('/billing/total')), 879);
  assert.equal(await remaining(api.post('/usage', 'not JSON')), 878);
  assert.equal(await remaining(api.post('/usage/bulk', bulkOf(877))), 1);
  // A bulk is not split: the last one may cost more than is left, and the next request is refused until later.
  assert.equal((await api.post('/usage/bulk', bulkOf(30), 'last')).status, 201);
  assert.equal((await api.post('/usage/bulk', bulkOf(30), 'last')).status, 429);
  clock.nowMs += 60_000;
  const replay = await api.post('/usage/bulk', bulkOf(30), 'last');
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
});

test('a rate limit is on unless it is switched off', async (t) => {
  const { api } = await startInProcess(t);
  assert.equal((await api.get('/usage/a/s')).headers.get('ratelimit-limit'), '12000000');
  const off = await startInProcess(t, { RATE_LIMIT_PER_MINUTE: '0' });
  assert.equal((await off.api.get('/usage/a/s')).headers.get('ratelimit-limit'), null);
});

test('instances on one database share the limit of a tenant', async (t) => {
  const databaseUrl = await emptyDatabase(t);
  if (databaseUrl.startsWith('file:')) return t.skip('one instance has the file alone');
  const environment = {
    ADMIN_API_KEY: adminKey,
    RATE_LIMIT_PER_MINUTE: '40',
    DATABASE_URL: databaseUrl,
  };
  const nowMs = Date.now();
  const first = await startInProcess(t, environment, nowMs);
  const second = await startInProcess(t, environment, nowMs);
  const key = { 'x-api-key': await makeKey(first.api, 'acme') };
  const statuses: number[] = [];
  for (let round = 0; round < 30; round++) {
    for (const { api } of [first, second]) statuses.push((await api.get('/usage/a/s', key)).status);
  }
  assert.equal(statuses.filter((status) => status === 200).length, 40);
  assert.equal(statuses.filter((status) => status === 429).length, 20);
});

test('instances on one database share a limit in another window', async (t) => {
  const databaseUrl = await emptyDatabase(t);
  if (databaseUrl.startsWith('file:')) return t.skip('one instance has the file alone');
  const environment = { ADMIN_API_KEY: adminKey, DATABASE_URL: databaseUrl };
  const nowMs = Date.now();
  const first = await startInProcess(t, environment, nowMs);
  const key = { 'x-api-key': await makeKey(first.api, 'acme') };
  const change = patch({ rateLimitPerWindow: 40, rateLimitWindowMs: 86_400_000 });
  await withHeaders(first.api, asAdmin).call('/config', change);
  const instances = [
    await startInProcess(t, environment, nowMs),
    await startInProcess(t, environment, nowMs),
  ];
  const statuses: number[] = [];
  for (let round = 0; round < 30; round++) {
    for (const { api } of instances) statuses.push((await api.get('/usage/a/s', key)).status);
  }
  assert.equal(statuses.filter((status) => status === 200).length, 40);
});

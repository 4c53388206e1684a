import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

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

test('the limit of a bulk is changed while the server runs; a retry is answered after it was lowered', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '20' });
  const before = await api.get('/config');
  assert.deepEqual(before.json.config, configOf(20, 0));
  assert.equal(before.json.effectiveWithinMs, 2_000);
  const first = await api.post('/usage/bulk', bulkOf(20), 'bulk');
  assert.equal(first.status, 201);
  const changed = await api.call('/config', patch({ bulkMaxItems: 10 }, 'lower'));
  assert.deepEqual(changed.json, { config: configOf(10, 0), effectiveWithinMs: 2_000 });
  const refused = await api.post(
    '/usage/bulk',
    { items: bulkOf(11).items.map((item) => ({ ...item, id: `x${item.id}` })) },
    'other',
  );
  assert.deepEqual([refused.status, refused.json.error], [422, 'limit_exceeded']);
  const retried = await api.post('/usage/bulk', bulkOf(20), 'bulk');
  assert.deepEqual([retried.status, retried.headers.get('idempotency-replayed')], [201, 'true']);
  assert.equal(retried.text, first.text);
  // All of it is known by its ids: nothing new is asked for.
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

test('settings outlive a kill and a restart, and are bounded', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const first = await startProcess(t, environment);
  await apiAt(first.url).call('/config', patch({ bulkMaxItems: 7, rateLimitPerMinute: 5_000 }));
  for (const wrong of [
    { bulkMaxItems: 0 },
    { bulkMaxItems: 10_001 },
    { rateLimitPerMinute: -1 },
    { rateLimitPerWindow: -1 },
    { rateLimitPerMinute: 1, rateLimitPerWindow: 2 },
    { rateLimitWindowMs: 1_000 },
    { bulkMaxItem: 5 },
    { bulkMaxItems: '5' },
  ]) {
    assert.equal((await apiAt(first.url).call('/config', patch(wrong))).status, 400, JSON.stringify(wrong));
  }
  await first.stop('SIGKILL');
  const second = await startProcess(t, environment);
  const { json } = await apiAt(second.url).get('/config');
  assert.deepEqual([json.config.bulkMaxItems, json.config.rateLimitPerMinute], [7, 5_000]);
});

test('a rate limit is for each tenant, tells what is left, and is followed when it is changed', async (t) => {
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
  // A write that the limit refused left nothing, and its key is free.
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

test('a limit that is switched off between two looks at it refuses nobody: no limit is not one of 0', async (t) => {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const one = await apiOfTenant(api, 'one');
  for (let round = 0; round < 5; round++) {
    await admin.call('/config', patch({ rateLimitPerMinute: 1_000 }));
    clock.nowMs += 2_000;
    await followed(one, '1000');
    await admin.call('/config', patch({ rateLimitPerMinute: 0 }));
    clock.nowMs += 2_000;
    // The first of them still meets the old limit when it is asked whether there is one, and has the settings read anew.
    const answers = await Promise.all(Array.from({ length: 10 }, () => one.get('/usage/a/s')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], `round ${round}`);
  }
});

/** The first request after a while has the settings read again; how soon they are there is the database's matter. */
async function followed(api: Api, limit: string | null): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await api.get('/usage/a/s')).headers.get('ratelimit-limit') === limit) return;
  }
  assert.fail(`the limit ${limit} was not followed`);
}

test("settings are the operator's alone", async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const one = await apiOfTenant(api, 'one');
  assert.equal((await one.get('/config')).status, 403);
  assert.equal((await one.call('/config', patch({ bulkMaxItems: 5 }))).status, 403);
  assert.equal((await api.get('/config')).status, 401);
});

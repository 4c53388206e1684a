// Limits that count the usage of one agent, and voiding grants with an expected amount.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const noon = Date.UTC(2026, 10, 27, 12);

async function setLimit(api: Api, name: string, more: object): Promise<void> {
  const body = { window: 'day', action: 'refuse', max: { quantity: '10' }, ...more };
  const { status, text } = await api.call(`/limits/${name}`, { method: 'PUT', body });
  assert.equal(status, 201, text);
}

test('the limits of an agent are all that count its usage, each with the counter of the agent or a shared one', async (t) => {
  const { api, clock } = await startInProcess(t, {}, noon);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  await setLimit(api, 'a-each', { agent: '*' });
  await setLimit(api, 'b-own', { agent: 'agent-7', serviceId: 'search', window: 'month' });
  await setLimit(api, 'c-all', { window: 'lifetime', action: 'notify' });
  await setLimit(api, 'd-other', { agent: 'agent-8' });
  for (const agent of ['agent-7', 'agent-8']) {
    await api.post('/usage', { agent, serviceId: 'search', requests: 3 });
  }
  // A hold counts until it lapses, even before the lapse is recorded.
  await api.post('/holds', { agent: 'agent-7', serviceId: 'search', requests: 2, expiresInMs: 1_000 });
  const list = async (query = '') => (await api.get(`/agents/agent-7/limits${query}`)).json;
  const counted = async () =>
    (await list()).items.map(({ name, used, left }: Record<string, string>) => [name, used, left]);
  assert.deepEqual(await counted(), [
    ['a-each', '5', '5'],
    ['b-own', '5', '5'],
    ['c-all', '8', '2'],
  ]);
  clock.nowMs += 1_000;
  assert.deepEqual(await counted(), [
    ['a-each', '3', '7'],
    ['b-own', '3', '7'],
    ['c-all', '6', '4'],
  ]);
  const [first] = (await list()).items;
  const { countsSince, ...shown } = first;
  assert.deepEqual(shown, {
    name: 'a-each',
    agent: '*',
    serviceId: null,
    apiKeyPrefix: null,
    window: 'day',
    max: { quantity: '10' },
    action: 'refuse',
    notifyAt: [],
    windowStart: '2026-11-27T00:00:00.000Z',
    windowEnd: '2026-11-28T00:00:00.000Z',
    used: '3',
    left: '7',
  });
  assert.match(countsSince, /^2026-11-27T/);

  const page = await list('?limit=2');
  assert.deepEqual([page.items.length, page.hasMore], [2, true]);
  const rest = await list(`?cursor=${page.nextCursor}`);
  assert.deepEqual([rest.items.length, rest.items[0].name, rest.nextCursor], [1, 'c-all', null]);
  clock.nowMs = Date.UTC(2026, 10, 28);
  assert.deepEqual((await counted())[0], ['a-each', '0', '10']);
});

test('a key that is bound to one agent reads the limits of that agent, and of no other', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  await setLimit(await apiOfTenant(api, 'acme'), 'each', { agent: '*' });
  const body = { label: 'bound', tenant: 'acme', scopes: ['read'], agent: 'agent-7' };
  const { key } = (await api.post('/api-keys', body, undefined, asAdmin)).json;
  const bound = withHeaders(api, { 'x-api-key': String(key) });
  assert.equal((await bound.get('/agents/agent-7/limits')).json.items.length, 1);
  assert.equal((await bound.get('/agents/agent-8/limits')).status, 403);
});

test('a grant is voided at the amount that its caller expects, and otherwise left as it is', async (t) => {
  const { api } = await startInProcess(t, {}, noon);
  await api.post('/services', { serviceId: 'search', priceStroops: 10_000_000 });
  await api.call('/agents/agent-7/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/agent-7/grants', { amount: '5', id: 'order-17' });
  await api.post('/holds', { agent: 'agent-7', serviceId: 'search', amount: '1', id: 'h' });
  const voidGrant = async (expected: string, key?: string) =>
    await api.call(`/agents/agent-7/grants/order-17/void?expectedAmount=${expected}`, {
      method: 'POST',
      ...(key === undefined ? {} : { key }),
    });
  const left = async () => (await api.get('/agents/agent-7/grants/order-17')).json.left;
  for (const wrong of ['5', '0', '3.999999999999999999']) {
    const { status, json } = await voidGrant(wrong);
    assert.deepEqual([status, json.error, json.amount], [412, 'grant_changed', '4']);
  }
  assert.equal(await left(), '5');
  assert.deepEqual((await voidGrant('nothing')).json.error, 'invalid_request');
  // Of several concurrent requests under different keys, one voids the grant.
  const answers = await Promise.all(['a', 'b', 'c'].map((key) => voidGrant('4.00', key)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
  assert.equal(await left(), '1');
  assert.equal((await api.get('/audit')).json.ok, true);
});

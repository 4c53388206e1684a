// Repeats every write about prepaid money, holds, limits and prices with its key in every later state: it gets its
// first answer, and changes nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, asAdmin, withHeaders } from './harness/tenants.ts';

/** A write. Its key is its position in the list. */
interface Write {
  readonly what: string;
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string | ((answers: ReadonlyMap<string, ApiAnswer>) => string);
  readonly body?: object;
}

/** A change of state between writes. */
interface State {
  readonly state: string;
  readonly reach: (world: World) => Promise<void>;
}

interface World {
  readonly admin: Api;
  readonly clock: { nowMs: number };
  tenant: Api;
}

const minuteMs = 60_000;
const a = '/agents/a';
const use = (requests: number, more: object = {}) => ({ agent: 'a', serviceId: 'search', requests, ...more });
const hold = (id: string, more: object = {}) => use(2, { id, expiresInMs: minuteMs, ...more });
const entryOf = (what: string) => (answers: ReadonlyMap<string, ApiAnswer>) =>
  `/entries/${answers.get(what)?.headers.get('location')?.split('/').at(-1)}/reverse`;

/** A price that takes effect at an hour of the test's day. */
function priceFrom(price: number, hour: number) {
  return { price: String(price), effectiveFrom: `2026-11-27T${hour}:00:00Z` };
}

function later(ms: number): State['reach'] {
  return async ({ clock }) => {
    clock.nowMs += ms;
  };
}

const steps: readonly (Write | State)[] = [
  { what: 'price', path: '/services', body: { serviceId: 'search', priceStroops: 10_000_000 } },
  { what: 'default policy', method: 'PUT', path: '/billing-policy', body: { mode: 'postpaid' } },
  {
    what: 'policy',
    method: 'PUT',
    path: `${a}/billing`,
    body: { mode: 'prepaid', lowAt: ['5'] },
  },
  { what: 'grant', path: `${a}/grants`, body: { amount: '20' } },
  { what: 'named grant', path: `${a}/grants`, body: { amount: '3', id: 'voided' } },
  { what: 'void', path: `${a}/grants/voided/void`, body: {} },
  { what: 'refund', path: `${a}/refunds`, body: { amount: '0.5', reason: 'late answers' } },
  {
    what: 'limit',
    method: 'PUT',
    path: '/limits/budget',
    body: { window: 'day', max: { quantity: '19' }, action: 'refuse', notifyAt: [0.5] },
  },
  {
    what: 'other limit',
    method: 'PUT',
    path: '/limits/gone',
    body: { window: 'day', max: { quantity: '1000' }, action: 'refuse' },
  },
  { what: 'usage', path: '/usage', body: use(4) },
  { what: 'bulk', path: '/usage/bulk', body: { items: [use(1), use(1, { id: 'event-1' })] } },
  { what: 'hold', path: '/holds', body: hold('captured') },
  { what: 'extension', path: '/holds/captured/extend', body: { expiresInMs: 2 * minuteMs } },
  { what: 'capture', path: '/holds/captured/capture', body: { requests: 1 } },
  { what: 'hold without a name', path: '/holds', body: use(1, { expiresInMs: 10 * minuteMs }) },
  { what: 'second hold', path: '/holds', body: hold('released') },
  { what: 'release', path: '/holds/released/release', body: {} },
  { what: 'third hold', path: '/holds', body: hold('lapsed') },
  { what: 'fourth hold', path: '/holds', body: hold('late') },
  { what: 'partial reversal', path: entryOf('usage'), body: { reason: 'failed', requests: 1 } },
  { what: 'delete limit', method: 'DELETE', path: '/limits/gone' },
  { what: 'usage on account', path: '/usage', body: { ...use(3), agent: 'b' } },
  {
    what: 'bill of a run',
    path: '/settle',
    body: { agent: 'b', serviceId: 'search', runId: 'run-1' },
  },
  { what: 'bills of a run', path: '/settle/bulk', body: { agent: 'a', runId: 'run-1' } },
  {
    state: 'two holds have lapsed',
    reach: later(5 * minuteMs),
  },
  { what: 'capture after a lapse', path: '/holds/late/capture', body: { requests: 1 } },
  {
    what: 'price change',
    path: '/services',
    body: { serviceId: 'search', priceStroops: 20_000_000 },
  },
  { what: 'last usage', path: '/usage', body: use(5) },
  { what: 'cancelled price', method: 'PATCH', path: '/services/search/price', body: priceFrom(3, 20) },
  { what: 'cancel of a price', method: 'DELETE', path: '/services/search/prices/next' },
  { what: 'price with a date', method: 'PATCH', path: '/services/search/price', body: priceFrom(4, 20) },
  { what: 'price with another date', path: '/services', body: { serviceId: 'search', ...priceFrom(5, 18) } },
  { what: 'price before the date', method: 'PATCH', path: '/services/search/price', body: { price: '2.5' } },
  {
    state: 'the balance is gone and the limit is reached',
    reach: async ({ tenant }) => {
      assert.equal((await tenant.post('/usage', use(2))).status, 402);
      assert.ok((await tenant.post('/usage', use(1_000))).status >= 400);
    },
  },
  {
    what: 'lower limit',
    method: 'PUT',
    path: '/limits/budget',
    body: { window: 'day', max: { quantity: '1' }, action: 'refuse' },
  },
  {
    state: 'the limit is below what was used',
    reach: async ({ tenant }) => assert.equal((await tenant.post('/usage', use(1))).status, 429),
  },
  { what: 'end of the policy', method: 'DELETE', path: `${a}/billing` },
  {
    state: 'the service is disabled',
    reach: async ({ tenant }) => {
      assert.equal((await tenant.post('/services/search/disable', {})).status, 200);
    },
  },
  {
    state: 'everything is paused',
    reach: async ({ admin }) => {
      assert.equal((await admin.call('/admin/pause', { method: 'POST' })).status, 200);
    },
  },
  {
    state: 'the API key was rotated, and the old one is not valid',
    reach: async (world) => {
      const { admin } = world;
      await admin.call('/admin/unpause', { method: 'POST' });
      const [key] = (await admin.get('/api-keys')).json.items;
      const rotated = await admin.call(`/api-keys/${key.prefix}/rotate?graceMs=0`, { method: 'POST' });
      assert.equal((await world.tenant.get('/limits')).status, 401);
      world.tenant = withHeaders(admin, { 'x-api-key': String(rotated.json.key) });
    },
  },
  {
    state: 'the last hold has lapsed, the window of the limit is another one, and the next price is in force',
    reach: later(13 * 60 * minuteMs),
  },
];

/** Reads of everything that these writes could change. */
const reads = [
  ...['balance', 'grants', 'ledger', 'billing', 'limits'].map((name) => `${a}/${name}`),
  ...[
    '/holds',
    '/limits',
    '/limits/budget',
    '/entries',
    '/settlements',
    '/services',
    '/services/search/prices',
    '/events?limit=1000',
  ],
  ...['/usage/a/search', '/usage/b/search', '/billing/a/search', '/billing-policy', '/agents/b/balance'],
];

async function seen(api: Api): Promise<string[]> {
  const texts: string[] = [];
  for (const path of reads) {
    const { text } = await api.get(path);
    texts.push(`${path} ${text.replace(/"requestId":"[^"]*"/, '')}`);
  }
  return texts;
}

test('every write is answered as before at every later state, and moves nothing', async (t) => {
  const noon = Date.UTC(2026, 10, 27, 12);
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey }, noon);
  const admin = withHeaders(api, asAdmin);
  const made = await admin.post('/api-keys', { label: 'seller', tenant: 'acme' });
  const world: World = { admin, clock, tenant: withHeaders(api, { 'x-api-key': String(made.json.key) }) };
  const answers = new Map<string, ApiAnswer>();
  const sent: { readonly what: string; readonly path: string; readonly write: Write }[] = [];
  const send = ({ what, path, write }: (typeof sent)[number]) =>
    world.tenant.call(path, {
      method: write.method ?? 'POST',
      key: `key of ${what}`.replaceAll(' ', '-'),
      ...(write.body === undefined ? {} : { body: write.body }),
    });
  let retries = 0;
  for (const step of steps) {
    if ('state' in step) await step.reach(world);
    else {
      const { what, path } = step;
      const one = { what, path: typeof path === 'string' ? path : path(answers), write: step };
      const answer = await send(one);
      assert.ok(answer.status < 300, `${what}: ${answer.status} ${answer.text}`);
      answers.set(what, answer);
      sent.push(one);
    }
    const before = await seen(world.tenant);
    for (const one of sent) {
      const again = await send(one);
      const where = `${one.what}, after ${'state' in step ? step.state : step.what}: ${again.text}`;
      assert.deepEqual(
        [again.status, again.text, again.headers.get('idempotency-replayed')],
        [answers.get(one.what)?.status, answers.get(one.what)?.text, 'true'],
        where,
      );
      retries += 1;
    }
    assert.deepEqual(await seen(world.tenant), before, 'state' in step ? step.state : step.what);
  }
  assert.ok(retries > 500, `${retries} retries`);
  const audit = (await world.tenant.get('/audit')).json;
  assert.deepEqual(
    [audit.ok, audit.differences, audit.balances.differences, audit.limits.differences],
    [true, [], [], []],
  );
});

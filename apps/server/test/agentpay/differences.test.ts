import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differentEndpoints } from './documented.ts';
import { assertError, inDevelopment, inProtection, type Played } from './play.ts';

const page = readFileSync(new URL('../../../../docs/how-to/move-from-agentpay.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('\n## Differences\n');
const named = new Map(
  [...section.matchAll(/^(\d+)\. \*\*(.+?)\.\*\*/gm)].map(([, number, title = '']) => [
    Number(number),
    title,
  ]),
);

const account = { agent: 'a', serviceId: 's' };
const priced = async ({ send }: Played, priceStroops: number) =>
  await send('POST /api/v1/services', { serviceId: 's', priceStroops });
const use = async ({ send }: Played, requests: number, more: object = {}) =>
  await send('POST /api/v1/usage', { ...account, requests, ...more });

type Shown = (played: Played) => Promise<void>;

/** Demonstrates each difference that the page names, by its number. */
const differences: Readonly<Record<number, Shown>> = {
  1: async (played) => {
    await priced(played, 25);
    await use(played, 10);
    assert.equal((await played.send('GET /api/v1/billing/a/s')).json.billedStroops, '250');
    assert.equal((await played.send('POST /api/v1/settle', account)).json.billedStroops, '250');
  },
  2: async (played) => {
    await use(played, 10);
    assertError(await played.send('POST /api/v1/settle', account), 404, 'not_found');
    const settled = (await played.send('POST /api/v1/settle/bulk', { agent: 'a' })).json;
    assert.deepEqual([settled.items, settled.totalBilledStroops, settled.skipped.length], [[], '0', 1]);
    assert.equal((await played.send('GET /api/v1/usage/a/s')).json.total, 10);
  },
  3: async (played) => {
    await priced(played, 25);
    await use(played, 10);
    await played.send('PATCH /api/v1/services/s/price', { priceStroops: 30 });
    await use(played, 10);
    const settled = (await played.send('POST /api/v1/settle', account)).json;
    assert.deepEqual([settled.requests, settled.priceStroops, settled.billedStroops], [20, 30, '550']);
    assert.equal(settled.lines.length, 2);
  },
  4: async ({ send }) => {
    assertError(
      await send('GET /api/v1/services', undefined, { 'X-API-Key': 'apk_unknown' }),
      401,
      'unauthorized',
    );
  },
  5: async (played) => {
    await priced(played, 25);
    await played.send('POST /api/v1/services/s/disable');
    const usage = { ...account, requests: 1 };
    const send = async () => await played.send('POST /api/v1/usage', usage, { 'Idempotency-Key': 'k' });
    assertError(await send(), 409, 'service_disabled');
    await played.send('POST /api/v1/services/s/enable');
    assert.equal((await send()).status, 201);
    await played.asOperator('POST /api/v1/admin/pause');
    assertError(await use(played, 1), 503, 'service_paused');
    const retry = await send();
    assert.deepEqual([retry.status, retry.headers.get('idempotency-replayed')], [201, 'true']);
  },
  6: async (played) => {
    await priced(played, 25);
    await use(played, 10);
    assertError(await played.asOperator('POST /api/v1/admin/reset'), 404, 'not_found');
    assertError(await played.send('DELETE /api/v1/services/s'), 409, 'service_has_outstanding_usage');
    await played.send('DELETE /api/v1/usage/a/s');
    const { items } = (await played.send('GET /api/v1/entries')).json;
    assert.deepEqual(
      items.map(({ requests }: { requests: number }) => requests),
      [10, -10],
    );
    assert.equal((await played.send('DELETE /api/v1/services/s')).status, 204);
    assertError(await use(played, 1), 409, 'service_deleted');
  },
  7: async ({ send, asOperator }) => {
    assertError(await send('GET /api/v1/events', undefined, { 'X-API-Key': '' }), 401, 'unauthorized');
    assertError(await send('GET /api/v1/api-keys'), 403, 'forbidden');
    assertError(await send('PATCH /api/v1/config', { bulkMaxItems: 1 }), 403, 'forbidden');
    assertError(await send('POST /api/v1/admin/pause'), 403, 'forbidden');
    await asOperator('POST /api/v1/admin/pause');
    const made = await asOperator('POST /api/v1/api-keys', { label: 'x' });
    assert.deepEqual([made.status, made.json.prefix], [201, made.json.key.slice(0, 12)]);
  },
  8: async (played) => {
    const { send } = played;
    for (const serviceId of ['b', 'a']) await send('POST /api/v1/services', { serviceId, priceStroops: 1 });
    const page = (await send('GET /api/v1/services?limit=1')).json;
    assert.deepEqual([page.services[0].serviceId, page.hasMore], ['a', true]);
    const next = (await send(`GET /api/v1/services?cursor=${page.nextCursor}`)).json;
    assert.deepEqual([next.services[0].serviceId, next.nextCursor, next.hasMore], ['b', null, false]);
    assertError(await send('GET /api/v1/services?cursor=x'), 400, 'invalid_request');
    await use(played, 1);
    const agent = (await send('GET /api/v1/agents/a/usage')).json;
    assert.deepEqual(Object.keys(agent), ['agent', 'items', 'nextCursor', 'hasMore']);
    const hook = { url: 'https://hooks.example.com/', events: ['*'] };
    for (let made = 0; made < 16; made++)
      assert.equal((await send('POST /api/v1/webhooks', hook)).status, 201);
    assertError(await send('POST /api/v1/webhooks', hook), 422, 'limit_exceeded');
  },
  9: async (played) => {
    const labelled = await played.asOperator('POST /api/v1/api-keys', { label: 'x', note: 1 });
    assert.deepEqual([labelled.status, labelled.headers.get('ignored-parameters')], [201, 'note']);
    const listed = await played.send('GET /api/v1/events?stranger=1');
    assert.deepEqual([listed.status, listed.headers.get('ignored-parameters')], [200, 'stranger']);
    const typed = { ...account, expectedStroop: '1' };
    assertError(await played.send('POST /api/v1/settle', typed), 400, 'invalid_request');
    const once = await use(played, 1, { id: 'x' });
    const again = await use(played, 1, { id: 'x' });
    assert.deepEqual([once.status, again.status, again.json.status], [201, 200, 'duplicate']);
    const at = (ms: number) => ({ occurredAt: new Date(played.clock.nowMs + ms).toISOString() });
    assertError(await use(played, 1, at(-35 * 86_400_000)), 422, 'event_too_old');
    assertError(await use(played, 1, at(10 * 60_000)), 422, 'event_in_future');
    assert.equal((await use(played, 1, at(0))).status, 201);
  },
  10: async (played) => {
    for (const agent of ['.', '..']) assertError(await use(played, 1, { agent }), 400, 'invalid_request');
    for (const serviceId of ['a b', 'a::b', '..']) {
      const named = await played.send('POST /api/v1/services', { serviceId, priceStroops: 1 });
      assertError(named, 400, 'invalid_request');
    }
    assertError(await played.send('GET /api/v1/services/a%20b/usage'), 400, 'invalid_request');
    const priceless = await played.send('PATCH /api/v1/services/none/price', { priceStroops: -1 });
    assertError(priceless, 400, 'invalid_request');
    const usage = { ...account, requests: 1 };
    for (const key of ['with a space', '', 'x'.repeat(256)]) {
      const keyed = await played.send('POST /api/v1/usage', usage, { 'Idempotency-Key': key });
      assertError(keyed, 400, 'invalid_idempotency_key');
    }
  },
  11: async ({ send }) => {
    const list = await send('GET /api/v1/agents', undefined, { 'Accept-Encoding': 'gzip' });
    assert.equal(list.headers.get('cache-control'), 'private, no-cache');
    assert.equal(list.headers.get('content-encoding'), null);
    const usage = await send('POST /api/v1/usage', { ...account, requests: 1 });
    assert.equal(usage.headers.get('cache-control'), 'no-store');
  },
  12: async (played) => {
    await use(played, 1);
    await use(played, 2);
    await played.send('DELETE /api/v1/usage/a/s');
    const { items } = (await played.send('GET /api/v1/events')).json;
    assert.deepEqual(
      items.map(({ type, payload }: { type: string; payload: { requests: number; total: number } }) => [
        type,
        payload.requests,
        payload.total,
      ]),
      [
        ['usage.reversed', -3, 0],
        ['usage.recorded', 2, 3],
        ['usage.recorded', 1, 1],
      ],
    );
    assert.equal((await played.send('GET /api/v1/events?limit=1')).json.total, 3);
    assert.equal((await played.send('GET /api/v1/events?limit=1&type=usage.recorded')).json.total, 2);
    assert.equal((await played.send('GET /api/v1/events?order=desc')).json.total, undefined);
    const since = (await played.send('GET /api/v1/events?since=0')).json.items;
    assert.equal(since[0].payload.requests, 1);
  },
  13: async ({ send }) => {
    const make = async (url: string) => await send('POST /api/v1/webhooks', { url, events: ['*'] });
    for (const url of ['https://10.0.0.1/', 'http://hooks.example.com/'])
      assertError(await make(url), 400, 'invalid_request');
    const { id, secret } = (await make('https://hooks.example.com/')).json;
    assert.match(secret, /^whsec_/);
    const tested = (await send(`POST /api/v1/webhooks/${id}/test`)).json;
    assert.deepEqual([tested.deliveredAt, tested.simulated, tested.state], [null, false, 'pending']);
  },
  14: async (played) => {
    const { send, asOperator } = played;
    assert.equal((await send('GET /api/v1/agents')).headers.get('ratelimit-limit'), '12000000');
    const read = (await asOperator('GET /api/v1/config')).json;
    assert.deepEqual([read.config.rateLimitPerWindow, read.config.bulkMaxItems], [12_000_000, 1_000]);
    const capped = await asOperator('PATCH /api/v1/config', { eventLogCap: 2 });
    assert.deepEqual([capped.status, capped.headers.get('ignored-parameters')], [200, 'eventLogCap']);
    const other = await asOperator('PATCH /api/v1/config', {
      rateLimitPerWindow: 1_000_000,
      rateLimitWindowMs: 30_000,
    });
    assert.deepEqual([other.status, other.json.config.rateLimitWindowMs], [200, 30_000]);
    const tooShort = await asOperator('PATCH /api/v1/config', { rateLimitWindowMs: 999 });
    assertError(tooShort, 400, 'invalid_request');
    const items = Array.from({ length: 1_001 }, () => ({ ...account, requests: 1 }));
    assertError(await send('POST /api/v1/usage/bulk', { items }), 400, 'invalid_request');
    assert.equal((await send('POST /api/v1/usage/bulk', { items: items.slice(1) })).status, 201);
  },
  15: async ({ asOperator }) => {
    const { status, text } = await asOperator('GET /api/v1/metrics');
    assert.equal(status, 200);
    assert.match(text, /^billonce_/m);
    assert.doesNotMatch(text, /^agentpay_/m);
    const deep = (await asOperator('GET /api/v1/health/deep')).json;
    assert.deepEqual(
      deep.checks.map(({ name }: { name: string }) => name),
      ['memory', 'queue', 'read', 'write'],
    );
  },
  16: async ({ send }) => {
    assertError(await send('POST /api/v1/charges', {}), 404, 'not_found');
    assert.equal((await send('GET /api/v1/stats')).json.servicesBreakdown, undefined);
    assertError(await send('DELETE /api/v1/services'), 405, 'method_not_allowed');
  },
};

/** This difference appears only in protected mode: in development mode every caller is the operator. */
const isProtectedOnly = (number: string) => number === '7';

for (const [number, show] of Object.entries(differences)) {
  const title = named.get(Number(number)) ?? 'a difference that the page does not name';
  if (!isProtectedOnly(number))
    test(`${number}. ${title}, in development mode`, async (t) => await show(await inDevelopment(t)));
  test(`${number}. ${title}, in protected mode`, async (t) => await show(await inProtection(t)));
}

test('every difference that the page lists is tested, and every tested one is listed', () => {
  const shown = Object.keys(differences).map(Number);
  assert.deepEqual([...named.keys()], shown);
  for (const number of Object.values(differentEndpoints)) assert.ok(named.has(number), String(number));
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { everythingKept } from './harness/sql.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const protectedMode = { ADMIN_API_KEY: adminKey };
const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

/** A server whose clock advances with each request: acts within one millisecond have no defined order. */
async function started(t: TestContext, environment?: Readonly<Record<string, string>>) {
  const server = await startInProcess(t, environment);
  const { api, clock } = server;
  const ticking: Api = {
    ...api,
    call: (path, request) => {
      clock.nowMs += 1;
      return api.call(path, request);
    },
  };
  return { ...server, api: withHeaders(ticking, {}) };
}

interface Act {
  readonly at: string;
  readonly tenant: string | null;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly actor: {
    readonly kind: string;
    readonly keyPrefix: string | null;
    readonly address: string | null;
    readonly requestId: string | null;
  };
}

const listed = async (api: Api, query = ''): Promise<readonly Act[]> => {
  const answer = await api.get(`/audit-log${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items;
};
const actions = (acts: readonly Act[]) => acts.map(({ action }) => action);

test('each administrative act is listed once: who, what, when, from where, and by which request', async (t) => {
  const { api, clock } = await started(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const made = (await admin.post('/api-keys', { label: 'owner', tenant: 'acme' }, 'k')).json;
  const acme = withHeaders(api, { 'x-api-key': made.key });
  const put = { serviceId: 'search', priceStroops: 5 };
  await acme.post('/services', put, 's1', { 'x-request-id': 'the-request' });
  const registeredAt = new Date(clock.nowMs).toISOString();
  // Retries, writes without an effect, and refused writes are not acts.
  await acme.post('/services', put, 's1');
  await acme.post('/services', put, 's2');
  await acme.post('/services/bulk', { items: [put, { serviceId: 'other', priceStroops: 1 }, {}] });
  await acme.call('/services/nothing/price', { method: 'PATCH', body: { priceStroops: 6 } });
  await acme.call('/services/search/price', { method: 'PATCH', body: { priceStroops: 6 } });
  await acme.call('/services/search/disable', { method: 'POST' });
  // The service has this state already.
  await acme.call('/services/search/disabled', { method: 'PATCH', body: { disabled: true } });
  const acts = await listed(acme);
  const blank = { description: null, owner: null, unit: null };
  const ofOne = { per: 1, asset: 'XLM' };
  assert.deepEqual(
    acts.map(({ action, subject, details }) => [action, subject, details]),
    [
      ['service.changed', 'search', { disabled: { from: false, to: true } }],
      [
        'service.changed',
        'search',
        { priceStroops: { from: 5, to: 6 }, price: { from: '0.0000005', to: '0.0000006' } },
      ],
      [
        'service.registered',
        'other',
        { priceStroops: 1, price: '0.0000001', ...ofOne, disabled: false, ...blank },
      ],
      [
        'service.registered',
        'search',
        { priceStroops: 5, price: '0.0000005', ...ofOne, disabled: false, ...blank },
      ],
      [
        'api_key.created',
        made.prefix,
        {
          label: 'owner',
          expiresAt: null,
          scopes: ['read', 'record', 'settle', 'manage'],
          agent: null,
          serviceId: null,
          allowedAddresses: null,
        },
      ],
    ],
  );
  const [, , , registered, created] = acts;
  assert.equal(registered?.at, registeredAt);
  const address = '127.0.0.1';
  const byKey = { kind: 'api_key', keyPrefix: made.prefix, address, requestId: 'the-request' };
  assert.deepEqual(registered?.actor, byKey);
  assert.deepEqual([created?.actor.kind, created?.actor.keyPrefix], ['admin', null]);
});

test('acts on keys, webhooks, reversals, write-offs, the pause and settings are listed', async (t) => {
  const { api } = await started(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const acme = await apiOfTenant(api, 'acme');
  await acme.post('/services', { serviceId: 'search', priceStroops: 5 });
  const entry = String((await acme.post('/usage', usage)).headers.get('location')).slice('/api/v1'.length);
  await acme.post('/settle', { agent: 'agent-7', serviceId: 'search' });
  await acme.post(`${entry}/reverse`, { reason: 'a mistake' });
  await acme.post('/credits/agent-7/search/write-off', { kind: 'paid_out', reason: 'by hand' });
  await acme.post('/usage', usage);
  await acme.call('/usage/agent-7/search', { method: 'DELETE' });
  const target = { url: 'https://example.com/one?token=two', events: ['usage.settled'] };
  const webhook = (await acme.post('/webhooks', target)).json;
  await acme.call(`/webhooks/${webhook.id}`, { method: 'PATCH', body: { disabled: true } });
  await acme.call(`/webhooks/${webhook.id}`, { method: 'PATCH', body: { url: 'https://example.com/three' } });
  await acme.call(`/webhooks/${webhook.id}`, { method: 'DELETE' });
  const brief = (await admin.post('/api-keys', { label: 'brief', tenant: 'acme' })).json;
  await admin.call(`/api-keys/${brief.prefix}/rotate`, { method: 'POST' });
  await admin.call(`/api-keys/${brief.prefix}`, { method: 'DELETE' });
  const ofAcme = await listed(acme);
  assert.deepEqual(actions(ofAcme).slice(0, 4), [
    'api_key.revoked',
    'api_key.created',
    'api_key.expires',
    'api_key.created',
  ]);
  assert.deepEqual(actions(ofAcme).slice(4), [
    'webhook.deleted',
    'webhook.changed',
    'webhook.changed',
    'webhook.created',
    'usage.reversed',
    'credit.written_off',
    'usage.reversed',
    'service.registered',
    'api_key.created',
  ]);
  assert.deepEqual(ofAcme[5]?.details, { urlChanged: true });
  assert.deepEqual(ofAcme[6]?.details, { disabled: { from: null, to: 'by_request' } });
  assert.deepEqual(ofAcme[7]?.details, { origin: 'https://example.com', events: ['usage.settled'] });
  assert.deepEqual(ofAcme[9]?.details, {
    agent: 'agent-7',
    serviceId: 'search',
    kind: 'paid_out',
    stroops: '15',
  });
  await admin.call('/admin/pause', { method: 'POST' });
  await admin.call('/admin/pause', { method: 'POST' });
  await admin.call('/admin/unpause', { method: 'POST' });
  await admin.call('/config', { method: 'PATCH', body: { bulkMaxItems: 7 } });
  await admin.call('/config', { method: 'PATCH', body: { bulkMaxItems: 7 } });
  const all = await listed(admin);
  assert.deepEqual(
    all.slice(0, 3).map(({ action, tenant, details }) => [action, tenant, details]),
    [
      ['settings.changed', null, { bulkMaxItems: { from: null, to: 7 } }],
      ['server.unpaused', null, {}],
      ['server.paused', null, {}],
    ],
  );
  assert.deepEqual(all.slice(3), ofAcme);
});

test('a tenant sees only its own acts, without addresses if its key only reads; the admin sees all, or those of one tenant', async (t) => {
  const { api } = await started(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const acme = await apiOfTenant(api, 'acme');
  const bolt = await apiOfTenant(api, 'bolt');
  await acme.post('/services', { serviceId: 'search', priceStroops: 5 });
  assert.deepEqual(actions(await listed(acme)), ['service.registered', 'api_key.created']);
  assert.deepEqual(actions(await listed(bolt)), ['api_key.created']);
  assert.equal((await listed(admin)).length, 3);
  assert.equal((await admin.get('/audit-log', { 'x-tenant': 'acme' })).json.items.length, 2);
  const reader = { label: 'reader', tenant: 'acme', scopes: ['read'] };
  const { key } = (await admin.post('/api-keys', reader)).json;
  // A read-only key sees the same acts, without the addresses from which keys are used.
  const [, registered] = await listed(withHeaders(api, { 'x-api-key': key }));
  assert.deepEqual([registered?.action, registered?.actor.address], ['service.registered', null]);
  assert.notEqual((await listed(acme))[1]?.actor.address, null);
  const collector = { label: 'collector', tenant: 'acme', scopes: ['record'] };
  const { key: recording } = (await admin.post('/api-keys', collector)).json;
  const refused = await api.get('/audit-log', { 'x-api-key': recording });
  assert.deepEqual([refused.status, refused.json.requiredScope], [403, 'read']);
  assert.equal((await api.get('/audit-log')).status, 401);
});

test('the log is filtered, and read in pages from the newest to the oldest', async (t) => {
  const { api, clock } = await started(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const acme = await apiOfTenant(api, 'acme');
  for (let number = 0; number < 5; number++) {
    clock.nowMs += 1_000;
    await acme.post('/services', { serviceId: `service-${number}`, priceStroops: 5 });
  }
  const subjects = (acts: readonly Act[]) => acts.map(({ subject }) => subject);
  const seen: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 3; pages++) {
    const page = (await acme.get(`/audit-log?action=service.registered&limit=2${cursor}`)).json;
    seen.push(...subjects(page.items));
    assert.equal(page.hasMore, pages < 2);
    cursor = `&cursor=${page.nextCursor}`;
  }
  assert.deepEqual(seen, ['service-4', 'service-3', 'service-2', 'service-1', 'service-0']);
  const at = (beforeMs: number) => new Date(clock.nowMs - beforeMs).toISOString();
  const between = await listed(acme, `?from=${at(3_000)}&to=${at(1_000)}`);
  assert.deepEqual(subjects(between), ['service-3', 'service-2']);
  assert.deepEqual(subjects(await listed(acme, '?subject=service-3')), ['service-3']);
  const prefix = String((await listed(acme, '?actor=admin'))[0]?.subject);
  assert.equal((await listed(admin, `?actor=${prefix}`)).length, 5);
  assert.equal((await listed(admin, '?actor=admin')).length, 1);
  for (const wrong of ['?action=nothing', '?actor=nobody', '?from=yesterday', '?cursor=nonsense']) {
    assert.equal((await admin.get(`/audit-log${wrong}`)).status, 400, wrong);
  }
});

test('the log contains no secret', async (t) => {
  const { api, databaseUrl } = await started(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const made = (await admin.post('/api-keys', { label: 'owner', tenant: 'acme' })).json;
  const acme = withHeaders(api, { 'x-api-key': made.key });
  const url = 'https://example.com/path-of-secrets?token=of-secrets';
  const { secret } = (await acme.post('/webhooks', { url, events: ['*'] })).json;
  const text = JSON.stringify(await listed(admin));
  for (const hidden of [made.key.slice(12), adminKey, secret, 'of-secrets']) {
    assert.ok(!text.includes(hidden), hidden);
  }
  assert.ok(!(await everythingKept(databaseUrl)).includes(made.key.slice(12)));
});

test('in development mode every caller is the operator, and acts name no person', async (t) => {
  const { api } = await started(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  await api.call('/admin/pause', { method: 'POST' });
  const acts = await listed(api);
  assert.deepEqual(actions(acts), ['server.paused', 'service.registered']);
  assert.deepEqual([...new Set(acts.map(({ actor }) => actor.kind))], ['anonymous']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyDigest, sha256 } from '@billonce/idempotency/core';
import type { ApiAnswer } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { openEngine } from './harness/engine.ts';
import { startInProcess } from './harness/in-process.ts';
import { everythingKept } from './harness/sql.ts';
import { adminKey, apiOfTenant, asAdmin, makeKey, withHeaders } from './harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const protectedMode = { ADMIN_API_KEY: adminKey };

function assertRefused(answer: ApiAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error, code);
  assert.equal(answer.json.requestId, answer.headers.get('x-request-id'));
}

test('one idempotency key used by two tenants is two operations', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const acme = await apiOfTenant(api, 'acme');
  const bolt = await apiOfTenant(api, 'bolt');
  const replayedOf = ({ headers }: ApiAnswer) => headers.get('idempotency-replayed');
  // With equal and with different bodies, in one batch and in two: there is neither a replay nor a conflict between
  // tenants.
  for (const [index, requests] of [3, 4].entries()) {
    const key = `shared-${index}`;
    const [first, other, second] = await Promise.all([
      acme.post('/usage', usage, key),
      bolt.post('/usage', { ...usage, requests }, key),
      acme.post('/usage', usage, key),
    ]);
    assert.deepEqual([first.status, other.status, second.status], [201, 201, 201]);
    assert.equal(replayedOf(other), null);
    // They use two connections, so either may be first.
    assert.deepEqual(new Set([replayedOf(first), replayedOf(second)]), new Set([null, 'true']));
    assert.equal(first.headers.get('location'), second.headers.get('location'));
    assert.notEqual(first.headers.get('location'), other.headers.get('location'));
  }
  assert.equal((await acme.get('/usage/agent-7/search')).json.total, 6);
  assert.equal((await bolt.get('/usage/agent-7/search')).json.total, 7);
});

test('nothing of one tenant is visible to another', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const acme = await apiOfTenant(api, 'acme');
  const bolt = await apiOfTenant(api, 'bolt');
  await acme.post('/services', { serviceId: 'search', priceStroops: 5 }, 'service');
  const recorded = await acme.post('/usage', { ...usage, id: 'event-1' }, 'k');
  const settled = await acme.post('/settle', { agent: 'agent-7', serviceId: 'search' }, 's');
  const entry = String(recorded.headers.get('location')).slice('/api/v1'.length);
  const settlement = String(settled.headers.get('location')).slice('/api/v1'.length);
  for (const path of [entry, settlement, '/services/search', '/billing/agent-7/search']) {
    assert.equal((await acme.get(path)).status, 200, path);
    assertRefused(await bolt.get(path), 404, 'not_found');
  }
  for (const path of ['/entries', '/settlements', `/entries?settlementId=${settled.json.settlementId}`]) {
    assert.equal((await acme.get(path)).json.items.length, 1, path);
    const { items, hasMore } = (await bolt.get(path)).json;
    assert.deepEqual({ items, hasMore }, { items: [], hasMore: false }, path);
  }
  assert.deepEqual((await bolt.get('/services')).json.services, []);
  assert.equal((await bolt.get('/usage/agent-7/search')).json.total, 0);
  assert.equal((await bolt.get('/services/search/usage')).json.agents, 0);
  assert.equal((await bolt.get('/audit')).json.entries, 0);
  assertRefused(await bolt.get('/idempotency', { 'idempotency-key': 'k' }), 404, 'not_seen');
  assert.equal((await acme.get('/idempotency', { 'idempotency-key': 'k' })).json.state, 'remembered');
  assertRefused(await bolt.post('/settle', { agent: 'agent-7', serviceId: 'search' }, 's'), 404, 'not_found');
  // An id is unique within its tenant: the same id is another event here.
  assert.equal((await bolt.post('/usage', { ...usage, id: 'event-1', requests: 9 }, 'k')).status, 201);
});

test('an unrecognized caller is refused, and never treated as an anonymous one', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const key = await makeKey(api, 'acme');
  const post = (headers: Record<string, string>) => api.post('/usage', usage, 'k', headers);
  assertRefused(await post({}), 401, 'unauthorized');
  assertRefused(await post({ 'x-api-key': `${key}x` }), 401, 'unauthorized');
  assertRefused(await post({ 'x-api-key': '' }), 401, 'unauthorized');
  assertRefused(await post({ authorization: `Bearer ${key}x` }), 401, 'unauthorized');
  assertRefused(await post({ authorization: `Basic ${key}` }), 401, 'unauthorized');
  assertRefused(await post({ authorization: `Bearer ${key}`, 'x-api-key': key }), 400, 'invalid_request');
  assertRefused(await post({ 'x-api-key': key, 'x-tenant': 'bolt' }), 403, 'forbidden');
  assertRefused(await post({ 'x-api-key': `${key}, ${key}` }), 401, 'unauthorized');
  assertRefused(await api.get('/usage/agent-7/search'), 401, 'unauthorized');
  assertRefused(await api.get('/api-keys', { 'x-api-key': key }), 403, 'forbidden');
  assertRefused(await api.post('/api-keys', { label: 'own' }, 'k', { 'x-api-key': key }), 403, 'forbidden');
  assert.equal((await api.get('/health')).status, 200);
  assert.equal((await api.get('/openapi.json')).status, 200);
  const acme = withHeaders(api, { authorization: `bearer ${key}`, 'x-tenant': 'acme' });
  assert.equal((await acme.get('/audit')).json.entries, 0);
  assert.equal((await acme.post('/usage', usage, 'k')).status, 201);
});

test('the admin key reaches a tenant only by its name', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const acme = await apiOfTenant(api, 'acme');
  await acme.post('/usage', usage, 'k');
  assertRefused(await api.get('/usage/agent-7/search', asAdmin), 403, 'forbidden');
  for (const name of ['', ' ', '$admin', 'a b', 'a::b', '..', 'acme, bolt', 'a'.repeat(65)]) {
    assertRefused(await api.get('/audit', { ...asAdmin, 'x-tenant': name }), 400, 'invalid_request');
  }
  const inItsName = withHeaders(api, { ...asAdmin, 'x-tenant': 'acme' });
  assert.equal((await inItsName.get('/usage/agent-7/search')).json.total, 3);
  // The admin is a separate caller: its use of a key is another operation than the tenant's use of this key.
  const recorded = await inItsName.post('/usage', usage, 'k');
  assert.equal(recorded.headers.get('idempotency-replayed'), null);
  assert.equal((await acme.get('/usage/agent-7/search')).json.total, 6);
});

test('two API keys of a tenant share its scope; a revoked one is refused immediately', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const oldKey = await makeKey(api, 'acme');
  const newKey = await makeKey(api, 'acme');
  const byOld = withHeaders(api, { 'x-api-key': oldKey });
  const byNew = withHeaders(api, { 'x-api-key': newKey });
  const first = await byOld.post('/usage', usage, 'k');
  const replay = await byNew.post('/usage', usage, 'k');
  assert.equal(replay.text, first.text);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  const prefix = oldKey.slice(0, 12);
  const revoked = await api.call(`/api-keys/${prefix}`, { method: 'DELETE', headers: asAdmin, key: 'r' });
  assert.equal(revoked.status, 204);
  assert.equal(revoked.text, '');
  assertRefused(await byOld.post('/usage', usage, 'k'), 401, 'unauthorized');
  assertRefused(await byOld.get('/audit'), 401, 'unauthorized');
  const again = await api.call(`/api-keys/${prefix}`, { method: 'DELETE', headers: asAdmin, key: 'r' });
  assert.equal(again.status, 204);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  const other = await api.call(`/api-keys/${prefix}`, { method: 'DELETE', headers: asAdmin, key: 'r2' });
  assertRefused(other, 404, 'not_found');
  assert.equal((await byNew.get('/usage/agent-7/search')).json.total, 3);
  const listed = (await api.get('/api-keys', asAdmin)).json.items;
  assert.deepEqual(
    listed.map((item: { readonly prefix: string }) => item.prefix),
    [newKey.slice(0, 12)],
  );
});

test('a secret is shown again to a caller that presents both keys, for ten minutes, and is never stored in clear', async (t) => {
  const { api, clock, databaseUrl } = await startInProcess(t, protectedMode);
  const key = 'the-idempotency-key-of-the-secret';
  const make = () => api.post('/api-keys', { label: 'collector', tenant: 'acme' }, key, asAdmin);
  const first = await make();
  assert.equal(first.status, 201);
  const secret = String(first.json.key);
  await withHeaders(api, { 'x-api-key': secret }).post('/usage', usage, 'the-key-of-a-usage');
  const twice = await Promise.all([make(), make(), make()]);
  for (const replay of twice) {
    assert.equal(replay.text, first.text);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  }
  const kept = await everythingKept(databaseUrl);
  // The search finds the parts that are stored unencrypted.
  assert.ok(kept.includes('collector'));
  assert.ok(kept.includes('agent-7'));
  for (const hidden of [secret, secret.slice(12), key, 'the-key-of-a-usage', adminKey]) {
    assert.equal(kept.includes(hidden), false, hidden);
    assert.equal(kept.includes(Buffer.from(hidden).toString('hex')), false, hidden);
    assert.equal(kept.includes(Buffer.from(hidden).toString('base64').replace(/=+$/, '')), false, hidden);
  }
  clock.nowMs += 599_999;
  assert.equal((await make()).text, first.text);
  clock.nowMs += 1;
  assertRefused(await make(), 410, 'idempotency_key_expired');
  assert.equal((await api.get('/api-keys', asAdmin)).json.items.length, 1);
});

test('a secret is not shown to another key of its tenant that asks in the same batch', async (t) => {
  const { executor } = await openEngine(t);
  const submission = (sealedWith: string) => ({
    tenant: 'acme',
    command: {
      kind: 'create_webhook' as const,
      url: 'https://example.com/',
      events: ['usage.settled' as const],
      secret: 'whsec_the-secret',
      keptSecret: 'kept',
      challenge: undefined,
    },
    key: {
      scope: '0'.repeat(32),
      digest: keyDigest('k'),
      madeAtMs: undefined,
      fingerprint: sha256('the request'),
      method: 'POST',
      path: '/webhooks',
      sealingKey: sealedWith.repeat(64),
    },
  });
  const submissions = [submission('a'), submission('b'), submission('a')];
  const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
  const [first, other, again] = outcomes;
  assert.ok(first?.kind === 'answered' && String(first.response.body).includes('whsec_the-secret'));
  assert.ok(other?.kind === 'refused' && other.refusal.code === 'idempotency_key_expired');
  assert.ok(again?.kind === 'answered' && again.replayed);
  assert.equal(again.response.body, first.response.body);
});

test('one key in two scopes of a tenant is two operations, in one batch and in two', async (t) => {
  const { executor } = await openEngine(t);
  const submission = (scope: string) => ({
    tenant: 'acme',
    command: {
      kind: 'record_usage' as const,
      item: { ...usage, usageId: undefined, occurredAtNs: undefined },
    },
    key: {
      scope: scope.repeat(32),
      digest: keyDigest('k'),
      madeAtMs: undefined,
      fingerprint: sha256(scope),
      method: 'POST',
      path: '/usage',
      sealingKey: undefined,
    },
  });
  const submissions = [submission('a'), submission('b')];
  for (const replayed of [false, true]) {
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    assert.deepEqual(
      outcomes.map((outcome) => outcome.kind === 'answered' && [outcome.response.status, outcome.replayed]),
      [
        [201, replayed],
        [201, replayed],
      ],
    );
  }
});

test('a new admin key does not open secrets that were sealed for the old one, and no second secret is created', async (t) => {
  const databaseUrl = await emptyDatabase(t);
  const body = { label: 'collector', tenant: 'acme' };
  const before = await startInProcess(t, { ...protectedMode, DATABASE_URL: databaseUrl });
  assert.equal((await before.api.post('/api-keys', body, 'k', asAdmin)).status, 201);
  await before.app.close();
  const rotated = `${adminKey}-4Kc8sYd2QwEz`;
  const { api } = await startInProcess(t, { ADMIN_API_KEY: rotated, DATABASE_URL: databaseUrl });
  assertRefused(await api.post('/api-keys', body, 'k', asAdmin), 401, 'unauthorized');
  const asNewAdmin = { 'x-api-key': rotated };
  assertRefused(await api.post('/api-keys', body, 'k', asNewAdmin), 410, 'idempotency_key_expired');
  assert.equal((await api.get('/api-keys', asNewAdmin)).json.items.length, 1);
});

test('an answer that is encrypted at rest is not stored in clear', async (t) => {
  const { api, databaseUrl } = await startInProcess(t, { ANSWER_ENCRYPTION_KEYS: `a:${'a'.repeat(64)}` });
  const first = await api.post('/usage', usage, 'k');
  assert.equal((await everythingKept(databaseUrl)).includes(first.text), false);
  assert.equal((await api.post('/usage', usage, 'k')).text, first.text);
});

test('a key that clients already have can be created once, and only its digest is kept', async (t) => {
  const { api, databaseUrl } = await startInProcess(t, protectedMode);
  const key = `apk_${'5c1d7e9b'.repeat(4)}`;
  const body = { label: 'moved', tenant: 'acme', key };
  const made = await api.post('/api-keys', body, 'k', asAdmin);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.json.key, made.json.prefix, made.json.tenant], [key, 'apk_5c1d7e9b', 'acme']);
  const replay = await api.post('/api-keys', body, 'k', asAdmin);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  const acme = withHeaders(api, { 'x-api-key': key });
  assert.equal((await acme.post('/usage', usage, 'u')).status, 201);
  // Under another idempotency key, for another tenant, and after the key was revoked.
  assertRefused(await api.post('/api-keys', body, 'k2', asAdmin), 409, 'api_key_exists');
  assertRefused(
    await api.post('/api-keys', { ...body, tenant: 'bolt' }, 'k3', asAdmin),
    409,
    'api_key_exists',
  );
  await api.call('/api-keys/apk_5c1d7e9b', { method: 'DELETE', headers: asAdmin });
  assertRefused(await api.post('/api-keys', body, 'k4', asAdmin), 409, 'api_key_exists');
  assertRefused(await acme.get('/stats'), 401, 'unauthorized');
  for (const wrong of [
    '',
    'apk_',
    `apk_${'0'.repeat(31)}`,
    `apk_${'A'.repeat(32)}`,
    `sk_${'0'.repeat(32)}`,
    7,
    null,
  ]) {
    assertRefused(
      await api.post('/api-keys', { ...body, key: wrong }, undefined, asAdmin),
      400,
      'invalid_request',
    );
  }
  assertRefused(await acme.post('/api-keys', body), 401, 'unauthorized');
  const kept = await everythingKept(databaseUrl);
  for (const hidden of [key, key.slice(12), Buffer.from(key).toString('hex')])
    assert.ok(!kept.includes(hidden));
});

test('a write of the admin for a mistyped tenant creates no books', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const inName = (tenant: string, more = {}) => withHeaders(api, { ...asAdmin, 'x-tenant': tenant, ...more });
  assertRefused(await inName('acme').post('/usage', usage, 'k'), 404, 'unknown_tenant');
  assertRefused(
    await inName('acme', { 'x-tenant-create': 'yes' }).post('/usage', usage),
    404,
    'unknown_tenant',
  );
  // A refused request leaves its key free.
  const created = await inName('acme', { 'x-tenant-create': 'true' }).post('/usage', usage, 'k');
  assert.equal(created.status, 201, created.text);
  assert.equal((await inName('acme').post('/usage', usage, 'k')).text, created.text);
  assert.equal((await inName('acme').post('/usage', usage)).status, 201);
  assertRefused(await inName('acmee').post('/usage', usage), 404, 'unknown_tenant');
  assertRefused(await inName('acmee').call('/services/s', { method: 'DELETE' }), 404, 'unknown_tenant');
  // Reading does no harm, and making a key creates the tenant.
  assert.equal((await inName('acmee').get('/usage/agent-7/search')).json.total, 0);
  await makeKey(api, 'bolt');
  assert.equal((await inName('bolt').post('/usage', usage)).status, 201);
  const priced = { serviceId: 'search', priceStroops: 1 };
  assert.equal((await inName('coil', { 'x-tenant-create': 'true' }).post('/services', priced)).status, 201);
  assert.equal((await inName('coil').post('/usage', usage)).status, 201);
});

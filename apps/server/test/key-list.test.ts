import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@billonce/idempotency/core';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, asAdmin, withHeaders } from './harness/tenants.ts';

const minuteMs = 60_000;
const protectedMode = { ADMIN_API_KEY: adminKey };

interface ListedKey {
  readonly prefix: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

const at = (ms: number) => new Date(ms).toISOString();

const listed = async (admin: Api, query = ''): Promise<readonly ListedKey[]> =>
  (await admin.get(`/api-keys${query}`)).json.items;

const make = async (admin: Api, more: object = {}) =>
  (await admin.post('/api-keys', { label: 'collector', tenant: 'acme', ...more })).json;

function assertRefused(answer: ApiAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error, code);
}

test('the list of keys shows the minute when each key was last used, once it was saved', async (t) => {
  const startMs = Date.UTC(2026, 4, 1, 12, 0, 30);
  const { api, app, clock } = await startInProcess(t, protectedMode, startMs);
  const admin = withHeaders(api, asAdmin);
  const used = await make(admin);
  await make(admin);
  const use = () => api.get('/stats', { 'x-api-key': used.key });
  const lastUsed = async () => (await listed(admin)).map(({ lastUsedAt }) => lastUsedAt);
  assert.deepEqual(await lastUsed(), [null, null]);
  assert.equal((await use()).status, 200);
  assert.deepEqual(await lastUsed(), [null, null], 'a request writes nothing');
  await app.keyUses.runOnce();
  assert.deepEqual(await lastUsed(), [at(startMs - 30_000), null]);
  clock.nowMs += minuteMs;
  await use();
  clock.nowMs += 29_000;
  await use();
  await app.keyUses.runOnce();
  assert.deepEqual(await lastUsed(), [at(startMs + 30_000), null]);
  // A clock that was set back must not make the last use older.
  clock.nowMs = startMs;
  await use();
  await app.keyUses.runOnce();
  assert.deepEqual(await lastUsed(), [at(startMs + 30_000), null]);
  const rotated = await admin.call(`/api-keys/${used.prefix}/rotate`, { method: 'POST' });
  assert.equal(rotated.status, 201, rotated.text);
  assert.deepEqual(await lastUsed(), [at(startMs + 30_000), null, null], 'a new key was not used yet');
});

test('a list of keys has the time of creation in the form of AgentPay, and as a timestamp', async (t) => {
  const { api, clock } = await startInProcess(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  await make(admin);
  const [key] = (await admin.get('/api-keys')).json.items;
  assert.deepEqual([key.createdAt, key.createdTimestamp], [clock.nowMs, at(clock.nowMs)]);
});

test('revoked keys are listed on request', async (t) => {
  const { api, clock } = await startInProcess(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const one = await make(admin);
  const two = await make(admin);
  await admin.call(`/api-keys/${one.prefix}`, { method: 'DELETE' });
  const of = (items: readonly ListedKey[]) => items.map(({ prefix, revokedAt }) => [prefix, revokedAt]);
  assert.deepEqual(of(await listed(admin)), [[two.prefix, null]]);
  assert.deepEqual(of(await listed(admin, '?includeRevoked=false')), [[two.prefix, null]]);
  const all = [
    [one.prefix, at(clock.nowMs)],
    [two.prefix, null],
  ];
  assert.deepEqual(of(await listed(admin, '?includeRevoked=true')), all);
  const first = (await admin.get('/api-keys?includeRevoked=true&limit=1')).json;
  assert.equal(first.hasMore, true);
  const second = await listed(admin, `?includeRevoked=true&limit=1&cursor=${first.nextCursor}`);
  assert.deepEqual(of([...first.items, ...second]), all);
  assertRefused(await admin.get('/api-keys?includeRevoked=yes'), 400, 'invalid_request');
});

test('a key with allowed addresses is refused from any other address, as reported by trusted proxies', async (t) => {
  const { api } = await startInProcess(t, { ...protectedMode, TRUST_PROXY: '1' });
  const admin = withHeaders(api, asAdmin);
  const allowedAddresses = ['192.0.2.0/25', '2001:db8::/32', '198.51.100.7'];
  const made = await make(admin, { allowedAddresses });
  assert.deepEqual(made.allowedAddresses, allowedAddresses);
  const rotated = (await admin.call(`/api-keys/${made.prefix}/rotate`, { method: 'POST' })).json;
  assert.deepEqual(rotated.allowedAddresses, allowedAddresses);
  const from = (key: string, forwarded?: string) =>
    api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 1 }, 'k', {
      'x-api-key': key,
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
    });
  for (const key of [made.key, rotated.key]) {
    for (const address of ['192.0.2.127', '::ffff:192.0.2.1', '2001:db8:1::9', '198.51.100.7']) {
      assert.equal((await from(key, `203.0.113.1, ${address}`)).status, 201, address);
    }
    for (const address of ['192.0.2.128', '::ffff:192.0.2.129', '2001:db9::1', '198.51.100.8']) {
      // An earlier answer is refused too: a replay must not bypass the list.
      assertRefused(await from(key, `192.0.2.1, ${address}`), 403, 'address_not_allowed');
    }
    assertRefused(await from(key), 403, 'address_not_allowed');
  }
  const open = await make(admin);
  assert.equal(open.allowedAddresses, null);
  assert.equal((await from(open.key)).status, 201);
});

test('invalid addresses create no key', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const wrong = ['192.0.2.256', '192.0.2.0/33', '2001:db8::/129', '192.0.2.0/', '::1/1/1', 'localhost', ''];
  const lists = [...wrong.map((range) => ['192.0.2.1', range]), [], Array.from({ length: 33 }, () => '::1')];
  for (const allowedAddresses of lists) {
    const answer = await admin.post('/api-keys', { label: 'collector', tenant: 'acme', allowedAddresses });
    assertRefused(answer, 400, 'invalid_request');
  }
  assert.deepEqual(await listed(admin), []);
});

test('a mistyped key is refused without a database look-up, while all keys have checksums', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const admin = withHeaders(api, asAdmin);
  const { key } = await make(admin);
  assert.match(key, /^apk_[0-9a-f]{32}$/);
  const stats = (sent: string) => api.get('/stats', { 'x-api-key': sent });
  const typo = `${key.slice(0, 20)}${key[20] === '0' ? '1' : '0'}${key.slice(21)}`;
  const swapped = `${key.slice(0, 10)}${key[11]}${key[10]}${key.slice(12)}`;
  assert.notEqual(swapped, key);
  for (const mistyped of [typo, swapped]) {
    const answer = await stats(mistyped);
    assertRefused(answer, 401, 'unauthorized');
    assert.match(answer.json.message, /typing error/);
  }
  // A key that clients already had contains no checksum, and is recognized immediately.
  const brought = `apk_${sha256('brought').slice(0, 32)}`;
  assert.equal((await make(admin, { key: brought })).key, brought);
  assert.equal((await stats(brought)).status, 200);
  const unknown = await stats(typo);
  assertRefused(unknown, 401, 'unauthorized');
  assert.match(unknown.json.message, /not recognized/);
  assert.equal((await stats(key)).status, 200);
});

test('an API key with a letter outside ASCII is refused with a message that says so', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  for (const headers of [
    { 'x-api-key': 'apk_schl\u00fcssel' },
    { authorization: 'Bearer apk_schl\u00fcssel' },
  ]) {
    const answer = await api.get('/stats', headers);
    assertRefused(answer, 401, 'unauthorized');
    assert.match(answer.json.message, /contains a character that is not visible ASCII/);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, asAdmin, withHeaders } from './harness/tenants.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const hourMs = 3_600_000;

const statusOf = async (api: Api, key: string) =>
  (await api.get('/usage/agent-7/search', { 'x-api-key': key })).status;

async function started(t: Parameters<typeof startInProcess>[0]) {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const made = (await admin.post('/api-keys', { label: 'collector', tenant: 'acme' })).json;
  const rotate = (query: string, key?: string) =>
    admin.call(`/api-keys/${made.prefix}/rotate${query}`, {
      method: 'POST',
      ...(key === undefined ? {} : { key }),
    });
  return { api, admin, clock, made, rotate };
}

test('a rotated key has the tenant of the old one, which stays valid for the grace period', async (t) => {
  const { api, clock, made, rotate } = await started(t);
  const headers = { 'x-api-key': made.key };
  const first = await api.post('/usage', usage, 'k', headers);
  const rotated = (await rotate(`?graceMs=${hourMs}`)).json;
  assert.equal(rotated.tenant, 'acme');
  assert.equal(rotated.label, 'collector');
  assert.equal(rotated.oldPrefix, made.prefix);
  assert.equal(rotated.oldExpiresAt, new Date(clock.nowMs + hourMs).toISOString());
  // A retry under the new key is recognized as a retry: idempotency keys belong to the tenant.
  const retry = await api.post('/usage', usage, 'k', { 'x-api-key': rotated.key });
  assert.equal(retry.text, first.text);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  clock.nowMs += hourMs - 1;
  assert.equal(await statusOf(api, made.key), 200);
  clock.nowMs += 1;
  assert.equal(await statusOf(api, made.key), 401);
  assert.equal(await statusOf(api, rotated.key), 200);
  assert.equal((await rotate('')).status, 404);
});

test('a retried rotation returns the same new key, and creates no other', async (t) => {
  const { api, admin, made, rotate } = await started(t);
  const first = await rotate('', 'r');
  const retry = await rotate('', 'r');
  assert.equal(retry.text, first.text);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  assert.equal((await admin.get('/api-keys')).json.items.length, 2);
  assert.equal(await statusOf(api, made.key), 200);
  assert.equal(await statusOf(api, first.json.key), 200);
});

test('a grace period of 0 ends the old key immediately, and a rotation never extends one', async (t) => {
  const { api, admin, clock, made, rotate } = await started(t);
  await rotate('?graceMs=0');
  assert.equal(await statusOf(api, made.key), 401);
  const expiresAt = new Date(clock.nowMs + hourMs).toISOString();
  const brief = (await admin.post('/api-keys', { label: 'brief', tenant: 'acme', expiresAt })).json;
  assert.equal(brief.expiresAt, expiresAt);
  const rotated = (await admin.call(`/api-keys/${brief.prefix}/rotate`, { method: 'POST' })).json;
  assert.equal(rotated.oldExpiresAt, new Date(clock.nowMs + hourMs).toISOString());
  clock.nowMs += hourMs;
  assert.equal(await statusOf(api, brief.key), 401);
});

test('an invalid rotation or expiry is explained, and creates no key', async (t) => {
  const { api, admin, clock, rotate } = await started(t);
  assert.equal((await rotate('?graceMs=-1')).status, 400);
  assert.equal((await rotate(`?graceMs=${30 * 24 * hourMs + 1}`)).status, 400);
  assert.equal((await admin.call('/api-keys/apk_00000000/rotate', { method: 'POST' })).status, 404);
  const past = new Date(clock.nowMs - 1).toISOString();
  assert.equal((await admin.post('/api-keys', { label: 'late', expiresAt: past })).status, 400);
  assert.equal((await api.call('/api-keys/apk_00000000/rotate', { method: 'POST' })).status, 401);
  assert.equal((await admin.get('/api-keys')).json.items.length, 1);
});

test('two admin keys are valid while one replaces the other, and no third one is', async (t) => {
  const oldKey = 'the-admin-key-that-is-replaced';
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, ADMIN_API_KEY_OLD: oldKey });
  for (const key of [adminKey, oldKey]) {
    const admin = withHeaders(api, { 'x-api-key': key });
    const made = await admin.post('/api-keys', { label: 'collector', tenant: 'acme' });
    assert.equal(made.status, 201, made.text);
    assert.equal((await admin.get('/stats', { 'x-tenant': 'acme' })).status, 200);
  }
  assert.equal((await api.get('/api-keys', { 'x-api-key': `${oldKey}x` })).status, 401);
});

test('a key that is in use is refused by every request that is sent after its revocation was answered', async (t) => {
  const { api, admin, made } = await started(t);
  const headers = { 'x-api-key': made.key };
  const record = async (name: string) => (await api.post('/usage', usage, name, headers)).status;
  for (let times = 0; times < 3; times++) assert.equal(await record(`before-${times}`), 201);
  // Some of these requests look the key up while it is being revoked.
  const meanwhile = Array.from({ length: 40 }, (_, number) => record(`meanwhile-${number}`));
  const revoked = await admin.call(`/api-keys/${made.prefix}`, { method: 'DELETE' });
  assert.equal(revoked.status, 204);
  assert.equal(await record('before-0'), 401, 'a replay, too');
  assert.equal(await record('new'), 401);
  assert.equal(await statusOf(api, made.key), 401);
  for (const status of await Promise.all(meanwhile)) assert.ok(status === 201 || status === 401);
  assert.equal(await record('new'), 401);
});

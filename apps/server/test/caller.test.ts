import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';

test('a caller can read its identity and the rights of its key', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const bound = { label: 'bound', tenant: 'acme', scopes: ['record'], agent: 'agent-7' };
  const made = await api.post('/api-keys', bound, undefined, asAdmin);
  const { key, prefix } = made.json;
  const all = ['read', 'record', 'settle', 'manage'];
  const none = { agent: null, serviceId: null, allowedAddresses: null };

  assert.deepEqual((await api.get('/caller', { 'x-api-key': key })).json, {
    kind: 'tenant',
    tenant: 'acme',
    keyPrefix: prefix,
    ...none,
    scopes: ['record'],
    agent: 'agent-7',
  });
  const admin = { kind: 'admin', keyPrefix: null, scopes: all, ...none };
  assert.deepEqual((await api.get('/caller', asAdmin)).json, { ...admin, tenant: null });
  const acting = await api.get('/caller', { ...asAdmin, 'x-tenant': 'acme' });
  assert.deepEqual(acting.json, { ...admin, tenant: 'acme' });
  assert.equal((await api.get('/caller')).status, 401);
});

test('in development mode a caller without a key is anonymous, and may do everything', async (t) => {
  const { api } = await startInProcess(t);
  const { kind, tenant, scopes } = (await api.get('/caller')).json;
  assert.deepEqual([kind, tenant, scopes.length], ['anonymous', 'public', 4]);
});

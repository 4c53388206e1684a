import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from '../harness/in-process.ts';
import { adminKey, apiOfTenant } from '../harness/tenants.ts';
import { assertError, inBothModes, inDevelopment } from './play.ts';

const account = { agent: 'agent-alpha', serviceId: 'embedding-v1' };

inBothModes('usage, bulks and settlements are replayed by their key', async ({ send }) => {
  await send('POST /api/v1/services', { serviceId: 'embedding-v1', priceStroops: 25 });
  const writes: readonly (readonly [string, unknown])[] = [
    ['POST /api/v1/usage', { ...account, requests: 3 }],
    ['POST /api/v1/usage/bulk', { items: [{ ...account, requests: 4 }] }],
    ['POST /api/v1/settle', account],
    ['POST /api/v1/settle/bulk', { agent: 'agent-alpha' }],
  ];
  for (const [request, body] of writes) {
    const key = { 'Idempotency-Key': `key of ${request}`.replaceAll(' ', '-') };
    const first = await send(request, body, key);
    const retry = await send(request, body, key);
    assert.equal(first.headers.get('idempotency-replayed'), null);
    assert.deepEqual([retry.status, retry.text], [first.status, first.text]);
    assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  }
  assert.equal((await send('GET /api/v1/usage/agent-alpha/embedding-v1')).json.total, 0);
});

inBothModes('a key with another body or another route is a conflict', async ({ send }) => {
  const key = { 'Idempotency-Key': 'k', 'X-Request-Id': 'mine' };
  await send('POST /api/v1/usage', { ...account, requests: 3 }, key);
  const others: readonly (readonly [string, unknown])[] = [
    ['POST /api/v1/usage', { ...account, requests: 4 }],
    ['POST /api/v1/settle', account],
  ];
  for (const [request, body] of others) {
    const conflict = await send(request, body, key);
    assertError(conflict, 409, 'idempotency_conflict');
    assert.equal(conflict.json.requestId, 'mine');
  }
  assert.equal((await send('GET /api/v1/usage/agent-alpha/embedding-v1')).json.total, 3);
});

test('with an API key, a key belongs to it: sent with another API key it is another operation', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  for (const tenant of ['one', 'two']) {
    const own = await apiOfTenant(api, tenant);
    const answer = await own.post('/usage', { ...account, requests: 3 }, 'same');
    assert.deepEqual([answer.status, answer.json.total], [201, 3]);
    assert.equal(answer.headers.get('idempotency-replayed'), null);
  }
});

test('without an API key, a key belongs to the IP address', async (t) => {
  const { api } = await startInProcess(t);
  // All are sent at the same time, so each uses a separate connection: the port is not part of the caller.
  const sent = ['one', 'two', 'three'].map(
    async () => await api.post('/usage', { ...account, requests: 3 }, 'same'),
  );
  const replayed = (await Promise.all(sent)).filter(({ headers }) => headers.has('idempotency-replayed'));
  assert.equal(replayed.length, 2);
  assert.equal((await api.get('/usage/agent-alpha/embedding-v1')).json.total, 3);
});

test('the variable for the lifetime of an answer is used; after that the key is refused, not executed', async (t) => {
  const { send, clock } = await inDevelopment(t, { IDEMPOTENCY_CACHE_TTL_MS: '600000' });
  const key = { 'Idempotency-Key': 'k' };
  await send('POST /api/v1/usage', { ...account, requests: 3 }, key);
  clock.nowMs += 600_001;
  assertError(
    await send('POST /api/v1/usage', { ...account, requests: 3 }, key),
    410,
    'idempotency_key_expired',
  );
  assert.equal((await send('GET /api/v1/usage/agent-alpha/embedding-v1')).json.total, 3);
});

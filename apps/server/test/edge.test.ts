import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('a tenant over its rate limit is refused with the code rate_limited, before anything is applied', async (t) => {
  const { api } = await startInProcess(t, { RATE_LIMIT_PER_MINUTE: '2' });
  const first = await api.post('/usage', usage);
  assert.equal(first.headers.get('ratelimit-limit'), '2');
  assert.equal(first.headers.get('ratelimit-remaining'), '1');
  await api.post('/usage', usage, 'k');
  const refused = await api.post('/usage', usage, 'other');
  assert.equal(refused.status, 429);
  assert.equal(refused.json.error, 'rate_limited');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await api.get('/health')).status, 200, 'what is open is not limited');
});

test('a listed origin can read what it needs, and no other origin can', async (t) => {
  const { api } = await startInProcess(t, { CORS_ALLOWED_ORIGINS: 'https://app.example' });
  const preflight = await api.call('/usage', {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Idempotency-Key/);
  const answer = await api.post('/usage', usage, 'k', { origin: 'https://app.example' });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.match(
    answer.headers.get('access-control-expose-headers') ?? '',
    /Effective-Within-Ms, ?Idempotency-Replayed/,
  );
  const foreign = await api.post('/usage', usage, 'k', { origin: 'https://evil.example' });
  assert.equal(foreign.status, 403);
});

test('clients that ask for problem details get them, with a type that can be looked up', async (t) => {
  const { api } = await startInProcess(t);
  const sent = { requests: 0 };
  const answer = await api.post('/usage', sent, undefined, { accept: 'application/problem+json' });
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(answer.json.status, 400);
  assert.equal(answer.json.code, 'invalid_request');
  assert.deepEqual(
    answer.json.faults.map((fault: { pointer: string }) => fault.pointer),
    ['/agent', '/serviceId', '/requests'],
  );
  const page = await fetch(api.url + answer.json.type);
  assert.equal(page.status, 200);
});

test('stored answers are encrypted at rest, and a rotated key still opens the old ones', async (t) => {
  const [one, two] = ['1', '2'].map((digit) => `k${digit}:${digit.repeat(64)}`);
  const first = await startInProcess(t, { ANSWER_ENCRYPTION_KEYS: `${one}` });
  const answer = await first.api.post('/usage', usage, 'k');
  await first.app.close();
  const again = async (keys: string) => {
    const server = await startInProcess(t, {
      DATABASE_URL: first.databaseUrl,
      ANSWER_ENCRYPTION_KEYS: keys,
    });
    const replay = await server.api.post('/usage', usage, 'k');
    await server.app.close();
    return replay;
  };
  const rotated = await again(`${two},${one}`);
  assert.equal(rotated.status, 201);
  assert.equal(rotated.text, answer.text);
  const lost = await again(`${two}`);
  assert.equal(lost.status, 410, 'an answer that cannot be opened is gone, and the key is refused');
  assert.equal(lost.json.error, 'idempotency_key_expired');
});

test('a key can be required', async (t) => {
  const { api } = await startInProcess(t, { IDEMPOTENCY_REQUIRED: 'true' });
  assert.equal((await api.post('/usage', usage)).json.error, 'idempotency_key_required');
  assert.equal((await api.post('/usage', usage, 'k')).status, 201);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
});

test('the request id is the one that was sent, unless it is not acceptable', async (t) => {
  const { api } = await startInProcess(t);
  const own = await api.get('/health', { 'x-request-id': 'my-request' });
  assert.equal(own.headers.get('x-request-id'), 'my-request');
  const long = await api.get('/health', { 'x-request-id': 'x'.repeat(201) });
  assert.match(long.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
});

test('outstanding amounts of all accounts add up, priced and unpriced', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'priced', priceStroops: 9_007_199_254 });
  await api.post('/usage', { agent: 'a', serviceId: 'priced', requests: 1_000_000 });
  await api.post('/usage', { agent: 'b', serviceId: 'priced', requests: 1_000_000 });
  await api.post('/usage', { agent: 'b', serviceId: 'unpriced', requests: 7 });
  assert.deepEqual((await api.get('/billing/total')).json, {
    totalStroops: '18014398508000000',
    disabledStroops: '0',
    creditStroops: '0',
    unpricedRequests: 7,
  });
  assert.deepEqual((await api.get('/services/priced/usage')).json, {
    serviceId: 'priced',
    total: 2_000_000,
    agents: 2,
  });
  const bulk = await api.post('/settle/bulk', { agent: 'b' });
  assert.equal(bulk.json.totalBilledStroops, '9007199254000000');
  assert.deepEqual(bulk.json.skipped, [{ serviceId: 'unpriced', requests: 7, reason: 'unpriced' }]);
});

test('services are listed by prefix, text and price, and an unchanged list is not sent again', async (t) => {
  const { api } = await startInProcess(t);
  for (const [serviceId, priceStroops] of Object.entries({ 'a-1': 1, 'a-2': 2, 'b-1': 3 })) {
    await api.post('/services', { serviceId, priceStroops, description: 'd', owner: 'o' });
  }
  const ids = async (query: string) =>
    (await api.get(`/services${query}`)).json.services.map(
      (service: { serviceId: string }) => service.serviceId,
    );
  assert.deepEqual(await ids(''), ['a-1', 'a-2', 'b-1']);
  assert.deepEqual(await ids('?prefix=a-'), ['a-1', 'a-2']);
  assert.deepEqual(await ids('?q=-1&minPrice=2'), ['b-1']);
  const page = await api.get('/services?limit=2');
  assert.deepEqual(await ids(`?limit=2&cursor=${page.json.nextCursor}`), ['b-1']);
  const etag = page.headers.get('etag') ?? '';
  assert.equal((await api.get('/services?limit=2', { 'if-none-match': etag })).status, 304);
  assert.deepEqual((await api.get('/services/a-1')).json, {
    serviceId: 'a-1',
    priceStroops: 1,
    price: '0.0000001',
    per: 1,
    asset: 'XLM',
    disabled: false,
    description: 'd',
    owner: 'o',
  });
});

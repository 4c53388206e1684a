// Unknown names are ignored and listed. A misspelled name is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, makeKey } from './harness/tenants.ts';

const usage = { agent: 'a', serviceId: 's', requests: 5 };
const ignored = ({ headers }: ApiAnswer) => headers.get('ignored-parameters');

function assertRefused(answer: ApiAnswer, pointer: string, hint: string, fault = 'is not known'): void {
  assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_request'], answer.text);
  const [first] = answer.json.faults;
  assert.deepEqual([first.pointer, first.message], [pointer, `${fault}: did you mean ${hint}?`]);
}

test('unknown members of a body are ignored, and listed in the answer, in its replay, and in a refusal', async (t) => {
  const { api } = await startInProcess(t);
  const body = { ...usage, note: 'x', 'a,b\r\nX: y': 1, ['n'.repeat(200)]: 1 };
  const first = await api.post('/usage', body, 'k');
  assert.deepEqual([first.status, first.json], [201, { agent: 'a', serviceId: 's', total: 5 }]);
  assert.equal(ignored(first), `note, a%2Cb%0D%0AX%3A%20y, ${'n'.repeat(64)}...`);
  const replay = await api.post('/usage', body, 'k');
  assert.deepEqual([replay.text, ignored(replay)], [first.text, ignored(first)]);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  const refused = await api.post('/usage', { ...usage, requests: 0, note: 'x' });
  assert.deepEqual([refused.status, ignored(refused)], [400, 'note']);
  const missing = await api.post('/settle', { agent: 'a', serviceId: 'none', note: 'x' });
  assert.deepEqual([missing.status, ignored(missing)], [404, 'note']);
  assert.equal(ignored(await api.post('/usage', usage)), null);
});

test('ignored members are still part of the request: with another one, its key conflicts', async (t) => {
  const { api } = await startInProcess(t);
  assert.equal((await api.post('/usage', { ...usage, note: 'x' }, 'k')).status, 201);
  assert.equal((await api.post('/usage', { ...usage, note: 'y' }, 'k')).status, 409);
  assert.equal((await api.get('/usage/a/s')).json.total, 5);
});

test('unknown query parameters are ignored on every list and export, because dashboards send them', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  const paths: Readonly<Record<string, string>> = {
    '/services?page=1&limit=25': 'page',
    '/usage/a/s?startDate=2026-01-01&endDate=2026-02-01': 'startDate, endDate',
    '/usage/export.json?startDate=2026-01-01': 'startDate',
    '/usage/export.csv?startDate=2026-01-01': 'startDate',
    '/agents?_=1780000000000': '_',
    '/billing/total?currency=XLM': 'currency',
    '/services/s/prices?=1&%00=2': '"", %00',
  };
  for (const [path, names] of Object.entries(paths)) {
    const answer = await api.get(path);
    assert.deepEqual([answer.status, ignored(answer)], [200, names], path);
  }
  const head = await api.call('/agents?page=2', { method: 'HEAD' });
  assert.deepEqual([head.status, ignored(head)], [200, 'page']);
});

test('a bulk item with an unknown member is still recorded', async (t) => {
  const { api } = await startInProcess(t);
  const items = [
    usage,
    { ...usage, model: 'm' },
    { ...usage, occuredAt: 'x' },
    { ...usage, meta: { id: 1 } },
  ];
  const answer = await api.post('/usage/bulk', { items, source: 'log' }, 'k');
  assert.equal(answer.status, 201);
  assert.deepEqual(
    answer.json.results.map(({ ok, error }: { ok: boolean; error?: string }) => error ?? ok),
    [true, true, 'invalid_item', true],
  );
  assert.match(answer.json.results[2].message, /^\/occuredAt is not known: did you mean occurredAt\?/);
  assert.equal(ignored(answer), 'source, items[1].model, items[3].meta');
  assert.equal((await api.get('/usage/a/s')).json.total, 15);
  const services = await api.post('/services/bulk', {
    items: [
      { serviceId: 's', priceStroops: 1, currency: 'XLM' },
      { serviceId: 't', priceStroops: 1, desciption: 'x' },
    ],
  });
  assert.deepEqual([services.json.results[0].ok, services.json.results[1].error], [true, 'invalid_item']);
  assert.equal(ignored(services), 'items[0].currency');
  const reconciled = await api.post('/reconcile', { items: [{ id: 'x', requests: 1, note: 1 }] });
  assert.deepEqual([reconciled.status, ignored(reconciled)], [200, 'items[0].note']);
  const atomic = await api.post('/usage/bulk?mode=atomic', { items: [{ ...usage, Id: 'x' }] });
  assert.deepEqual([atomic.status, atomic.json.error], [422, 'bulk_rejected']);
});

test('a misspelt guard is refused by name: in a body, in a query, and in the wrong one of the two', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  await api.post('/usage', usage);
  const account = { agent: 'a', serviceId: 's' };
  const cases: readonly (readonly [path: string, body: object, pointer: string, hint: string])[] = [
    ['/settle', { ...account, expectedStroop: '5' }, '/expectedStroop', 'expectedStroops'],
    ['/settle', { ...account, expected_stroops: '5' }, '/expected_stroops', 'expectedStroops'],
    ['/settle', { ...account, trough: 1 }, '/trough', 'through'],
    ['/settle', { ...account, ifMatch: '"x"' }, '/ifMatch', 'the header If-Match'],
    ['/settle?expectedStroops=5', account, '/expectedStroops', 'the member expectedStroops of the body'],
    ['/usage', { ...usage, occuredAt: '2026-05-01T12:00:00Z' }, '/occuredAt', 'occurredAt'],
    ['/usage', { ...usage, ID: 'x' }, '/ID', 'id'],
    ['/usage', { ...usage, usageId: 'x' }, '/usageId', 'id'],
    ['/usage', { ...usage, usage_id: 'x' }, '/usage_id', 'id'],
    ['/settle', { ...account, billedStroops: '5' }, '/billedStroops', 'expectedStroops'],
    ['/usage', { ...usage, idempotency_key: 'x' }, '/idempotency_key', 'the header Idempotency-Key'],
    ['/usage?idempotencyKey=x', usage, '/idempotencyKey', 'the header Idempotency-Key'],
    ['/usage/bulk?mod=atomic', { items: [usage] }, '/mod', 'mode'],
    ['/usage/bulk?Mode=atomic', { items: [usage] }, '/Mode', 'mode'],
    ['/usage/bulk', { items: [usage], mode: 'atomic' }, '/mode', 'the query parameter mode'],
  ];
  for (const [path, body, pointer, hint] of cases) assertRefused(await api.post(path, body), pointer, hint);
  assertRefused(await api.get('/entries?service_id=s'), '/service_id', 'serviceId');
  assert.equal((await api.get('/usage/a/s')).json.total, 5);
  assert.equal((await api.get('/entries')).json.items.length, 1);
});

test('a refused misspelling leaves its key free', async (t) => {
  const { api } = await startInProcess(t);
  assert.equal((await api.post('/usage', { ...usage, ID: 'x' }, 'k')).status, 400);
  assert.equal((await api.post('/usage', { ...usage, id: 'x' }, 'k')).status, 201);
});

test('an unknown name next to the correct one is not a misspelling of it', async (t) => {
  const { api } = await startInProcess(t);
  const answer = await api.post('/usage', { ...usage, request: { path: '/' }, agents: 1, service: 'x' }, 'k');
  assert.deepEqual([answer.status, ignored(answer)], [201, 'request, agents, service']);
  const known = await api.post('/usage', { ...usage, id: 'x', usageId: 'y' });
  assert.deepEqual([known.status, ignored(known)], [201, 'usageId']);
  const like = await api.post('/usage', { ...usage, usage: 'y', usageIds: 'y' });
  assert.deepEqual([like.status, ignored(like)], [201, 'usage, usageIds']);
});

test('a body is checked even if the operation takes none', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  const answer = await api.post('/services/s/disable', { why: 'x' });
  assert.deepEqual([answer.status, ignored(answer)], [200, 'why']);
  const { prefix } = (await api.post('/api-keys', { label: 'x' })).json;
  assertRefused(
    await api.post(`/api-keys/${prefix}/rotate`, { graceMs: 0 }),
    '/graceMs',
    'the query parameter graceMs',
  );
});

test('names that every JavaScript object has are treated like others', async (t) => {
  const { api } = await startInProcess(t);
  const body =
    '{"agent":"a","serviceId":"s","requests":1,"__proto__":{"id":"x"},"constructor":1,"toString":1}';
  const answer = await api.post('/usage', body);
  assert.deepEqual([answer.status, ignored(answer)], [201, '__proto__, constructor, toString']);
});

test('a list of ignored names has at most 16; more than 100 in one object are refused', async (t) => {
  const { api } = await startInProcess(t);
  const strangers = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`other${index}`, index]));
  const many = await api.post('/usage', { ...usage, ...strangers(100) });
  assert.equal(many.status, 201);
  assert.deepEqual(ignored(many)?.split(', ').slice(-2), ['other15', '...']);
  const tooMany = await api.post('/usage', { ...usage, ...strangers(101) });
  assert.deepEqual(tooMany.json.faults, [{ pointer: '', message: 'has more than 100 unknown names' }]);
  const items = Array.from({ length: 1_000 }, () => ({ ...usage, requests: 1, ...strangers(3) }));
  const bulk = await api.post('/usage/bulk', { items });
  assert.equal(bulk.status, 201);
  assert.equal(ignored(bulk)?.split(', ').at(-1), '...');
  assert.equal((await api.get('/usage/a/s')).json.total, 1_005);
  const huge = await api.post('/usage/bulk', { items: [{ ...usage, ...strangers(9_000) }, usage] });
  assert.deepEqual(
    huge.json.results.map(({ ok }: { ok: boolean }) => ok),
    [false, true],
  );
});

test('REFUSE_UNKNOWN_PARAMETERS refuses all unknown names, but answers retries of earlier requests', async (t) => {
  const { app, api, databaseUrl } = await startInProcess(t);
  const body = { ...usage, note: 'x' };
  const first = await api.post('/usage', body, 'k');
  assert.equal(first.status, 201);
  await app.close();
  const strict = await startInProcess(t, { DATABASE_URL: databaseUrl, REFUSE_UNKNOWN_PARAMETERS: 'true' });
  const refused = await strict.api.post('/usage', body, 'other');
  assert.deepEqual([refused.status, refused.json.faults[0].pointer], [400, '/note']);
  assert.equal((await strict.api.post('/usage', body)).status, 400);
  assert.equal((await strict.api.get('/services?page=1')).json.faults[0].pointer, '/page');
  assert.deepEqual((await strict.api.get('/services?minPrice=x&maxPrice=')).json.faults, [
    { pointer: '/minPrice', message: 'is not a valid value of this filter' },
  ]);
  const replay = await strict.api.post('/usage', body, 'k');
  assert.deepEqual([replay.status, replay.text], [201, first.text]);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  const conflict = await strict.api.post('/usage', { ...usage, note: 'y' }, 'k');
  assert.equal(conflict.status, 409);
  const bulk = await strict.api.post('/usage/bulk', { items: [usage, body] });
  assert.deepEqual(
    bulk.json.results.map(({ ok }: { ok: boolean }) => ok),
    [true, false],
  );
  assert.equal((await strict.api.call('/health?x=1')).status, 200);
  assert.equal((await strict.api.get('/usage/a/s')).json.total, 10);
});

test('a header that is probably meant as Idempotency-Key or If-Match is listed if that one is not sent', async (t) => {
  const { api } = await startInProcess(t);
  for (const name of [
    'X-Idempotency-Key',
    'Idempotence-Key',
    'IdempotencyKey',
    'Idempotency_Key',
    'Idempotent-Key',
    'Idempotency-Token',
    'Acme-Idempotency-Key',
    'Idepmotency-Key',
  ]) {
    const misspelt = await api.call('/usage', { method: 'POST', body: usage, headers: { [name]: 'k' } });
    assert.deepEqual([misspelt.status, ignored(misspelt)?.toLowerCase()], [201, name.toLowerCase()]);
  }
  assert.equal((await api.get('/usage/a/s')).json.total, 40, 'none of them is a key');
  const quiet = [
    { 'Idempotency-Key': 'k', 'X-Idempotency-Key': 'k' },
    { 'Idempotency-Replayed': 'true', 'X-Request-Id': 'r', 'X-Correlation-Id': 'c' },
  ];
  for (const headers of quiet)
    assert.equal(ignored(await api.call('/usage', { method: 'POST', body: usage, headers })), null);
  const read = await api.get('/usage/a/s', { 'X-Idempotency-Key': 'k' });
  assert.equal(ignored(read), null);
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  const settle = { method: 'POST', body: { agent: 'a', serviceId: 's' }, headers: { 'X-If-Match': '"1"' } };
  assert.equal(ignored(await api.call('/settle', settle))?.toLowerCase(), 'x-if-match');
});

test('REFUSE_UNKNOWN_PARAMETERS refuses a header that is probably meant as Idempotency-Key', async (t) => {
  const { api } = await startInProcess(t, { REFUSE_UNKNOWN_PARAMETERS: 'true' });
  const refused = await api.call('/usage', {
    method: 'POST',
    body: usage,
    headers: { 'x-idempotency-key': 'k' },
  });
  assertRefused(refused, '/x-idempotency-key', 'the header Idempotency-Key', 'is not a known header');
  assert.equal((await api.get('/usage/a/s')).json.total, 0);
});

test('pages of other origins may read the list of ignored names', async (t) => {
  const { api } = await startInProcess(t, {
    ADMIN_API_KEY: adminKey,
    CORS_ALLOWED_ORIGINS: 'https://app.example',
  });
  const key = await makeKey(api, 'own');
  const answer = await api.get('/agents?page=1', { 'x-api-key': key, origin: 'https://app.example' });
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Ignored-Parameters/);
});

// Tests how bodies of the maximum size, or without an end, affect other requests, by counts of answers and bytes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { connectTo } from './harness/raw-http.ts';
import { adminKey, apiOfTenant, asAdmin, budgetUsed, makeKey } from './harness/tenants.ts';

const mebibyte = 1_024 ** 2;
const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('a duplicate name is refused in every body, and nothing is applied', async (t) => {
  const { api } = await startInProcess(t);
  for (const [path, body, pointer] of [
    ['/usage', '{"agent":"a","serviceId":"s","requests":1,"requests":2}', '/requests'],
    ['/usage/bulk', `{"items":[${JSON.stringify(usage)},{"agent":"a","agent":"b"}]}`, '/items/1/agent'],
    ['/services', '{"serviceId":"s","priceStroops":1,"priceStroops":2}', '/priceStroops'],
    ['/settle', '{"agent":"a","serviceId":"s","agent":"b"}', '/agent'],
    ['/reconcile', '{"items":[{"id":"e","requests":1,"id":"f"}]}', '/items/0/id'],
    ['/api-keys', '{"label":"a","label":"b"}', '/label'],
  ] as const) {
    const { status, json } = await api.call(path, { method: 'POST', body, key: 'k' });
    assert.deepEqual([status, json.error, json.faults[0].pointer], [400, 'invalid_request', pointer], path);
  }
  assert.equal((await api.get('/audit')).json.entries, 0);
  assert.equal((await api.post('/usage', usage, 'k')).status, 201, 'the key is free');
});

test('while a large body is processed, other requests are answered', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '10000' });
  const item = Object.fromEntries(Array.from({ length: 15 }, (_, name) => [`unknown${name}`, name]));
  const items = Array.from({ length: 10_000 }, () => item);
  let isWorking = true;
  const large = api.post('/usage/bulk', { items }, 'large').finally(() => {
    isWorking = false;
  });
  let answered = 0;
  while (isWorking) {
    assert.equal((await api.get('/health')).status, 200);
    answered += 1;
  }
  const { status, json } = await large;
  assert.equal(status, 201);
  assert.equal(json.results.length, 10_000);
  assert.ok(answered >= 10, `${answered} answers in the meantime`);
});

test('a tenant that has used up its bytes for the day is refused with its code until the next day', async (t) => {
  const body = JSON.stringify(usage);
  const nowMs = Date.UTC(2026, 4, 1, 12);
  const environment = { ADMIN_API_KEY: adminKey, TENANT_BYTES_PER_DAY: String(2 * body.length) };
  const { api, app, clock, databaseUrl } = await startInProcess(t, environment, nowMs);
  const acme = await apiOfTenant(api, 'acme');
  const other = await apiOfTenant(api, 'other');
  for (const key of ['a', 'b']) assert.equal((await acme.post('/usage', body, key)).status, 201);
  const refused = await acme.post('/usage', body, 'c');
  assert.deepEqual([refused.status, refused.json.error], [429, 'quota_exceeded']);
  assert.equal(refused.headers.get('retry-after'), String(12 * 3_600));
  assert.equal((await acme.get('/usage/agent-7/search')).json.total, 6);
  assert.match((await api.get('/metrics', asAdmin)).text, /^billonce_quota_exceeded_total 1$/m);
  assert.equal((await other.post('/usage', body, 'c')).status, 201);
  // A restart does not reset the count.
  await app.close();
  const again = await startInProcess(t, { ...environment, DATABASE_URL: databaseUrl }, clock.nowMs);
  const acmeAgain = await apiOfTenant(again.api, 'acme');
  assert.equal((await acmeAgain.post('/usage', body, 'c')).status, 429);
  again.clock.nowMs += 12 * 3_600_000;
  assert.equal((await acmeAgain.post('/usage', body, 'c')).status, 201);
});

/** Begins a body with a declared length or in chunks, and never ends it. */
async function unfinished(t: TestContext, url: string, key: string, sent: number, announced?: number) {
  const connection = await connectTo(t, url);
  const length = announced === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${announced}`;
  const head = `POST /api/v1/usage/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: ${key}\r\n`;
  const body = Buffer.alloc(sent, ' ');
  const chunk = announced === undefined ? `${sent.toString(16)}\r\n` : '';
  await connection.write(Buffer.concat([Buffer.from(`${head}${length}\r\n\r\n${chunk}`), body]));
  return connection;
}

test('bodies that never end use bounded room, leave a place for another tenant, and give it back', async (t) => {
  const { api } = await startInProcess(t, {
    ADMIN_API_KEY: adminKey,
    MAX_BODY_BYTES_IN_FLIGHT: String(16 * mebibyte),
  });
  const bodyBytes = async () => {
    const { text } = await api.get('/metrics', asAdmin);
    return Number(/^billonce_body_bytes (\d+)$/m.exec(text)?.[1]);
  };
  const until = async (holds: (bytes: number) => boolean) => {
    while (!holds(await bodyBytes())) await new Promise((resolve) => setImmediate(resolve));
  };
  const key = await makeKey(api, 'greedy');
  const modest = await apiOfTenant(api, 'modest');
  const announced = await unfinished(t, api.url, key, 10, 7 * mebibyte);
  await until((bytes) => bytes === 7 * mebibyte);
  const chunked = await unfinished(t, api.url, key, mebibyte / 2);
  await until((bytes) => bytes === 7.5 * mebibyte);
  const refused = await unfinished(t, api.url, key, mebibyte);
  const answer = await refused.answer();
  assert.deepEqual([answer.status, JSON.parse(answer.body).error], [503, 'overloaded']);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.equal(await budgetUsed(api, 'body_bytes', 'greedy'), 7.5 * mebibyte);
  assert.equal((await modest.post('/usage', usage, 'k')).status, 201);
  for (const { socket } of [announced, chunked, refused]) socket.destroy();
  await until((bytes) => bytes === 0);
});

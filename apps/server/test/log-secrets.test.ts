import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { startReceiver } from './harness/receiver.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const atRestKey = 'f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f';

/** Sends bytes that are not HTTP, or that no client library would send. */
function sendRaw(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(text));
    socket.on('error', () => resolve()).on('close', () => resolve());
    socket.resume();
  });
}

async function startLogging(t: TestContext, database: string) {
  return await startProcess(t, {
    DATABASE_URL: database,
    ADMIN_API_KEY: adminKey,
    ANSWER_ENCRYPTION_KEYS: `k1:${atRestKey}`,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'trace',
  });
}

test('no secret, key, URL, body or agent name is ever logged, even at the finest level', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = () => ({ status: 500 });
  const database = await emptyDatabase(t);
  const server = await startLogging(t, database);
  const api = apiAt(server.url);
  const admin = withHeaders(api, asAdmin);
  const secrets = [adminKey, atRestKey];
  const made = await admin.post('/api-keys', { label: 'label-in-a-body', tenant: 'acme' }, 'idem-create-key');
  secrets.push(made.json.key);
  const rotated = await admin.post(`/api-keys/${made.json.prefix}/rotate`, undefined, 'idem-rotate');
  const rotation = await admin.call(`/api-keys/${made.json.prefix}/rotate`, {
    method: 'POST',
    key: 'idem-rotate',
  });
  for (const { json } of [rotated, rotation]) if (json?.key !== undefined) secrets.push(json.key);
  assert.ok(secrets.length >= 4, 'keys were made and rotated');
  const own = await apiOfTenant(api, 'acme');
  const webhook = await own.post(
    '/webhooks',
    { url: `${receiver.url}-path-of-a-webhook`, events: ['usage.recorded'] },
    'idem-webhook',
  );
  assert.equal(webhook.status, 201);
  secrets.push(webhook.json.secret);
  await own.post('/services', { serviceId: 'service-in-a-body', priceStroops: 7 });
  const usage = { agent: 'agent-in-a-body', serviceId: 'service-in-a-body', requests: 3 };
  await own.post('/usage', usage, 'idem-usage');
  await own.post('/usage', usage, 'idem-usage');
  await own.post('/usage', { ...usage, requests: 4 }, 'idem-usage');
  await own.post('/usage', { ...usage, unknown: 'member-in-a-body' }, 'idem-bad');
  await own.post('/usage', '{"agent": "broken-in-a-body', 'idem-broken');
  await own.post('/usage', usage, 'idem,comma');
  await own.post('/usage/bulk', { items: [{ ...usage, id: 'item-in-a-body' }] }, 'idem-bulk');
  await own.get('/usage/agent-in-a-path/service-in-a-path');
  await own.get('/entries?agent=agent-in-a-query&cursor=cursor-in-a-query');
  await own.get('/entries/entry-in-a-path');
  await own.get('/idempotency', { 'idempotency-key': 'idem-usage' });
  await own.get('/no-such-path?token=token-in-a-query');
  await own.get('/usage/%E0%A4%A/percent-in-a-path');
  await api.post('/usage', usage, 'idem-stranger', { 'x-api-key': 'apk_key-of-a-stranger' });
  await api.post('/usage', usage, 'idem-stranger', { authorization: 'Basic basic-of-a-stranger' });
  await own.post('/usage', usage, 'idem-coding', { 'content-encoding': 'gzip' });
  await own.post('/usage', usage, 'idem-traced', {
    cookie: 'cookie-of-a-browser',
    referer: 'http://x/referer-of-a-page',
  });
  await sendRaw(server.url, 'GET /raw-in-a-path HTTP/1.1\r\nx-api-key: raw-key\r\nbroken raw-header\r\n\r\n');
  await sendRaw(
    server.url,
    `POST /api/v1/usage?raw-in-a-query HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nraw-b`,
  );
  await receiver.has(1);
  await own.post('/settle', { agent: 'agent-in-a-body', serviceId: 'service-in-a-body' }, 'idem-settle');
  await own.get('/entries/export.csv?agent=agent-in-a-query');
  // Another process locks the file: a storage fault, and the only line that reports an error.
  const intruder = new DatabaseSync(database.slice('file:'.length));
  intruder.exec('BEGIN IMMEDIATE');
  assert.equal((await own.post('/usage', usage, 'idem-fault')).status, 503);
  intruder.close();
  assert.equal(await server.stop('SIGTERM'), 0);

  const printed = server.output();
  for (const text of [
    ...secrets,
    ...secrets.map((secret) => secret.slice(-24)),
    'idem-',
    '-in-a-body',
    '-in-a-path',
    '-in-a-query',
    '-of-a-stranger',
    '-of-a-webhook',
    '-of-a-browser',
    '-of-a-page',
    'raw-',
  ]) {
    assert.ok(!printed.includes(text), `${text} is printed`);
  }
  const lines = printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const answered = lines.filter(({ msg, route }) => msg === 'answered' && route === '/api/v1/usage');
  assert.ok(answered.length >= 9, `${answered.length} requests have a line`);
  for (const { reqId, method, status, ms } of answered) {
    assert.ok(typeof reqId === 'string' && method === 'POST' && Number.isInteger(status) && ms >= 0);
  }
  const failed = lines.find(({ msg, code }) => msg === 'failed' && code === 'storage_unavailable');
  assert.deepEqual(failed?.err, {
    message: 'busy: database is locked',
    engine: 'sqlite',
    code: 'SQLITE_BUSY (5)',
    step: 'begin',
    statement: 'BEGIN',
  });
  assert.ok(answered.some(({ tenant, idempotency }) => tenant === 'acme' && idempotency === 'replayed'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { connectTo } from './harness/raw-http.ts';
import { adminKey, asAdmin, budgetUsed, makeKey, withHeaders } from './harness/tenants.ts';

const protectedMode = { ADMIN_API_KEY: adminKey };

async function record(api: Api, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const items = Array.from({ length: Math.min(1_000, count - from) }, (_, number) => ({
      agent: `agent-${number % 50}`,
      serviceId: 'search',
      requests: 1,
      id: `a-usage-id-that-makes-the-lines-of-an-export-longer-${from + number}`,
    }));
    assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  }
}

async function metricOf(api: Api, name: string): Promise<number> {
  const { text } = await api.get('/metrics', asAdmin);
  const line = text.split('\n').find((one) => one.startsWith(`billonce_${name} `));
  assert.ok(line !== undefined, `${name} is a metric`);
  return Number(line.split(' ').at(-1));
}

/** Waits until no read of a kind runs or waits. Each check gives the server a turn. */
async function untilIdle(api: Api, kind: string): Promise<void> {
  for (let looks = 0; looks < 2_000; looks++) {
    const running = await metricOf(api, `reads_running{kind="${kind}"}`);
    const waiting = await metricOf(api, `reads_waiting{kind="${kind}"}`);
    if (running + waiting === 0) return;
  }
  assert.fail(`reads of the kind ${kind} never end`);
}

function get(path: string, key: string): string {
  return `GET /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`;
}

test('reads of clients that hang up are given up, and their places are released', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const key = await makeKey(api, 'acme');
  const acme = withHeaders(api, { 'x-api-key': key });
  await record(acme, 3_000);
  for (let client = 0; client < 10; client++) {
    const { socket, write } = await connectTo(t, api.url);
    await write(get('/events/summary', key).repeat(10));
    socket.destroy();
  }
  const summary = await acme.get('/events/summary');
  await untilIdle(api, 'walk');
  const aborted = await metricOf(api, 'reads_aborted_total{kind="walk"}');
  const refused = await metricOf(api, 'reads_refused_total{kind="walk"}');
  assert.ok(aborted > 0, 'some were given up');
  t.diagnostic(`of 100 summaries ${aborted} were given up and ${refused} refused`);
  if (summary.status === 503) assert.equal(summary.json.error, 'overloaded');
  const again = await acme.get('/events/summary');
  assert.deepEqual([again.status, again.json.total], [200, 3_001 - 1]);
});

test('a tenant whose queue is full gets 503, and another tenant does not', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const [acme, other] = await Promise.all(
    ['acme', 'other'].map(async (tenant) => withHeaders(api, { 'x-api-key': await makeKey(api, tenant) })),
  );
  assert.ok(acme !== undefined && other !== undefined);
  await record(acme, 3_000);
  const flood = Array.from({ length: 200 }, () => acme.get('/audit'));
  const [ofOther, answers] = await Promise.all([
    Promise.all(['/audit', '/stats', '/entries', '/billing/total'].map((path) => other.get(path))),
    Promise.all(flood),
  ]);
  for (const { status, text } of ofOther) assert.equal(status, 200, text);
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0);
  for (const { json, headers } of refused) {
    assert.equal(json.error, 'overloaded');
    assert.ok(Number(headers.get('retry-after')) > 0);
  }
  const done = answers.filter(({ status, json }) => status === 200 && json.ok);
  assert.ok(done.length >= 51, 'one runs, and 50 wait');
  assert.equal(done.length + refused.length, answers.length);
  assert.equal(await metricOf(api, 'reads_refused_total{kind="walk"}'), refused.length);
  await untilIdle(api, 'walk');
});

/** Begins an export, and stops reading after its first bytes. */
async function beginExport(t: Parameters<typeof connectTo>[0], url: string, key: string) {
  const { socket, write } = await connectTo(t, url);
  const begun = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  await write(get('/entries/export.json', key));
  const head = (await begun).toString();
  socket.pause();
  return { socket, status: Number(head.split(' ')[1]) };
}

test('a tenant has four places for exports, which are released; an export ends when its key is revoked', {
  timeout: 60_000,
}, async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  const key = await makeKey(api, 'acme');
  const acme = withHeaders(api, { 'x-api-key': key });
  const other = withHeaders(api, { 'x-api-key': await makeKey(api, 'other') });
  await record(acme, 60_000);
  const exports = [];
  for (let number = 0; number < 4; number++) exports.push(await beginExport(t, api.url, key));
  assert.deepEqual(
    exports.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const fifth = await acme.get('/entries/export.json');
  assert.deepEqual([fifth.status, fifth.json.error], [503, 'overloaded']);
  assert.ok(Number(fifth.headers.get('retry-after')) > 0);
  assert.equal((await other.get('/entries/export.json')).status, 200);
  assert.equal(await metricOf(api, 'reads_running{kind="export"}'), 4);
  assert.ok((await budgetUsed(api, 'reads', 'acme')) >= 4);
  const [first, ...rest] = exports;
  for (const { socket } of rest) socket.destroy();
  for (let looks = 0; (await metricOf(api, 'reads_running{kind="export"}')) > 1; looks++) {
    assert.ok(looks < 2_000, 'places of clients that left come back');
  }
  assert.ok(first !== undefined);
  const revoked = await api.call(`/api-keys/${key.slice(0, 12)}`, { method: 'DELETE', headers: asAdmin });
  assert.equal(revoked.status, 204);
  let text = '';
  first.socket.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise((resolve) => first.socket.once('close', resolve));
  first.socket.on('error', () => undefined);
  first.socket.on('end', () => first.socket.destroy());
  first.socket.resume();
  await ended;
  assert.equal(text.endsWith('0\r\n\r\n'), false, 'no last chunk: the body is broken off');
  assert.equal(text.includes('\n]}\n'), false);
  await untilIdle(api, 'export');
  const alive = await apiAt(api.url).get('/health');
  assert.equal(alive.status, 200);
});

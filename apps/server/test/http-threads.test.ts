import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { sendAtOnce } from './harness/at-once.ts';
import { kindsAtOnce } from './harness/at-once-kinds.ts';
import { emptyDatabase } from './harness/database.ts';
import { answeredBy, onNewConnections, startWithThreads, threads } from './harness/http-threads.ts';
import { type ServerProcess, startProcess } from './harness/process.ts';
import { connectTo, rawPost } from './harness/raw-http.ts';
import { adminKey, asAdmin, budgetUsed, makeKey } from './harness/tenants.ts';

const timeout = 120_000;
const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

function get(path: string, ...headers: readonly string[]): Buffer {
  return Buffer.from([`GET /api/v1${path} HTTP/1.1`, 'Host: localhost', ...headers, '\r\n'].join('\r\n'));
}

function write(key: string, requests = 3): Buffer {
  return rawPost('/usage', JSON.stringify({ ...usage, requests }), [`Idempotency-Key: ${key}`]);
}

/** The different statuses of answers. */
function statuses(answers: readonly { readonly status: number }[]): number[] {
  return [...new Set(answers.map(({ status }) => status))].sort();
}

test('several HTTP threads behave like one server', { timeout }, async (t) => {
  const server = await startWithThreads(t, { LOG_LEVEL: 'debug' });
  const api = apiAt(server.url);
  assert.equal((await api.post('/services', { serviceId: 'search', priceStroops: 7 })).status, 201);
  await t.test('each thread answers', () => assertAllAnswer(t, server));
  await t.test('one key sent to all threads at the same time has one effect', () => assertOnce(t, api));
  await t.test('a pause applies to all threads as soon as it is answered', () => assertPaused(t, api));
  await t.test('metrics, activity, health, lists and followers cover all threads', () =>
    assertOneView(t, api),
  );
  await t.test('a second server cannot use their port', () => assertAlone(t, api));
  const [kind] = kindsAtOnce;
  assert.ok(kind);
  await t.test(`exactly 30 of 120 ${kind.name} are accepted`, async () => {
    const other = await startWithThreads(t);
    await kind.prepare(apiAt(other.url), 30);
    assert.equal(await sendAtOnce(kind, () => apiAt(other.url), 120), 30);
    await kind.assertRight(apiAt(other.url), 30);
  });
});

async function assertAllAnswer(t: TestContext, server: ServerProcess): Promise<void> {
  const ids = Array.from({ length: 16 * threads }, () => randomUUID());
  const answers = await onNewConnections(t, server.url, ids.length, (number) =>
    get('/version', `X-Request-Id: ${ids[number]}`),
  );
  assert.deepEqual(
    answers.map(({ headers }) => headers.get('x-request-id')),
    ids,
  );
  const all = Array.from({ length: threads }, (_, at) => at + 1);
  assert.deepEqual([...(await answeredBy(server, ids))].sort(), all);
}

async function assertOnce(t: TestContext, api: Api): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const sent = await onNewConnections(t, api.url, 32, () => write(`once-${round}`));
    assert.equal(new Set(sent.map(({ status, body }) => `${status} ${body}`)).size, 1);
    assert.equal(sent.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true').length, 1);
  }
  assert.equal((await api.get('/audit')).json.entries, 5);
  const others = await onNewConnections(t, api.url, 16, () => write('once-0', 4));
  assert.deepEqual(statuses(others), [409]);
}

async function assertPaused(t: TestContext, api: Api): Promise<void> {
  for (let round = 0; round < 3; round++) {
    assert.equal((await api.post('/admin/pause', {})).status, 200);
    const paused = await onNewConnections(t, api.url, 16, (number) => write(`paused-${round}-${number}`));
    assert.deepEqual(statuses(paused), [503]);
    assert.equal((await api.post('/admin/unpause', {})).status, 200);
    const written = await onNewConnections(t, api.url, 16, (number) => write(`paused-${round}-${number}`));
    assert.deepEqual(statuses(written), [201]);
  }
}

async function assertOneView(t: TestContext, api: Api): Promise<void> {
  const before = Number((await api.get('/audit')).json.entries);
  const { followCursor } = (await api.get('/events?limit=1')).json;
  const seen: string[] = [];
  const follow = async (): Promise<void> => {
    for (let cursor = followCursor; seen.length < 100; ) {
      const { items, nextCursor } = (await api.get(`/events?cursor=${cursor}`)).json;
      seen.push(...items.map(({ id }: { readonly id: string }) => id));
      cursor = nextCursor;
    }
  };
  const following = follow();
  for (let round = 0; round < 2; round++)
    await onNewConnections(t, api.url, 50, (number) => write(`view-${round}-${number}`));
  await following;
  assert.equal(new Set(seen).size, 100);
  assert.deepEqual([...seen].sort(), seen);
  const all = before + 100;
  const ask = async (path: string) => (await onNewConnections(t, api.url, 6, () => get(path))).values();
  for (const { body } of await ask('/metrics')) {
    assert.match(body, new RegExp(`^billonce_usage_recorded_total ${all}$`, 'm'));
    assert.match(body, /^billonce_queue_used_ratio 0$/m);
    assert.match(body, /^billonce_writes_failing 0$/m);
    assert.equal(body.match(/^process_resident_memory_bytes /gm)?.length, 1);
    const [, items] = /^billonce_batch_items_sum (\d+)$/m.exec(body) ?? [];
    assert.ok(Number(items) >= all);
  }
  const executed = [];
  for (const { body } of await ask('/activity')) executed.push(JSON.parse(body).outcomes.executed);
  assert.equal(new Set(executed).size, 1);
  assert.ok(executed[0] >= all);
  for (const { body } of await ask('/entries?limit=1000')) assert.equal(JSON.parse(body).items.length, all);
  await onNewConnections(t, api.url, 20, () => write('view-0-0'));
  for (const { body } of await onNewConnections(t, api.url, 6, () =>
    get('/idempotency', 'Idempotency-Key: view-0-0'),
  ))
    assert.equal(JSON.parse(body).retries.replayed, 20, body);
  const deep = (await api.get('/health/deep')).json;
  assert.deepEqual([deep.status, deep.queuedItems, deep.inFlightItems], ['ok', 0, 0]);
  for (const { status } of await ask('/health/ready')) assert.equal(status, 200);
}

async function assertAlone(t: TestContext, api: Api): Promise<void> {
  const { port } = new URL(api.url);
  for (const others of ['1', '2']) {
    const environment = { DATABASE_URL: await emptyDatabase(t), PORT: port, HTTP_THREADS: others };
    await assert.rejects(
      startProcess(t, environment),
      /ended with 1:[\s\S]*port \d+ on 127\.0\.0\.1 is in use by another program/,
    );
  }
}

test('HTTP threads together keep the limits of one server', { timeout }, async (t) => {
  const server = await startWithThreads(t, {
    ADMIN_API_KEY: adminKey,
    MAX_CONNECTIONS_PER_TENANT: '20',
    MAX_CONNECTIONS_PER_ADDRESS: '50',
  });
  const api = apiAt(server.url);
  await t.test('a revoked API key is refused on all threads immediately, and a new one is accepted', () =>
    assertKeysFollowed(t, api),
  );
  await t.test('a tenant has the connections of one server', () => assertTenantConnections(t, api));
  await t.test('a tenant has the rate limit of one server', () => assertRateLimit(t, api));
  await t.test('an address has the connections of one server', () => assertAddressConnections(t, api));
});

async function assertKeysFollowed(t: TestContext, api: Api): Promise<void> {
  for (let round = 0; round < 4; round++) {
    // The test chooses the key, so that each thread can refuse it before it exists, and remember the refusal.
    const key = `apk_${randomUUID().replaceAll('-', '')}`;
    const ask = () => get('/version', `X-API-Key: ${key}`);
    assert.deepEqual(statuses(await onNewConnections(t, api.url, 8, ask)), [401]);
    const made = await api.post('/api-keys', { label: 'keys', tenant: 'keys', key }, undefined, asAdmin);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(statuses(await onNewConnections(t, api.url, 12, ask)), [200]);
    const revoked = await api.call(`/api-keys/${made.json.prefix}`, { method: 'DELETE', headers: asAdmin });
    assert.equal(revoked.status, 204, revoked.text);
    assert.deepEqual(statuses(await onNewConnections(t, api.url, 12, ask)), [401]);
  }
}

/** Counts the statuses, and the closed connections, of this many connections that stay open. */
async function counted(t: TestContext, api: Api, count: number, request: Buffer) {
  const connections = await Promise.all(Array.from({ length: count }, () => connectTo(t, api.url)));
  const counts: Record<string, number> = {};
  const ask = async ({ write: send, answer }: (typeof connections)[number]) => {
    send(request).catch(() => undefined);
    const status = await answer().then(
      (one) => String(one.status),
      () => 'closed',
    );
    counts[status] = (counts[status] ?? 0) + 1;
  };
  await Promise.all(connections.map(ask));
  const close = () => {
    for (const { socket } of connections) socket.destroy();
  };
  return { counts, close };
}

async function assertTenantConnections(t: TestContext, api: Api): Promise<void> {
  const key = await makeKey(api, 'acme');
  const { counts, close } = await counted(t, api, 30, get('/version', `X-API-Key: ${key}`));
  assert.deepEqual(counts, { 200: 20, 503: 10 });
  assert.equal(await budgetUsed(api, 'connections', 'acme'), 20);
  close();
  while ((await budgetUsed(api, 'connections', 'acme')) > 0);
  const again = await counted(t, api, 20, get('/version', `X-API-Key: ${key}`));
  assert.deepEqual(again.counts, { 200: 20 });
  again.close();
  while ((await budgetUsed(api, 'connections', 'acme')) > 0);
}

async function assertRateLimit(t: TestContext, api: Api): Promise<void> {
  // The window is a day: the next one begins at midnight.
  const body = { rateLimitPerWindow: 20, rateLimitWindowMs: 86_400_000 };
  const set = await api.call('/config', { method: 'PATCH', body, headers: asAdmin });
  assert.equal(set.status, 200, set.text);
  const limitOf = ({ headers }: { readonly headers: ReadonlyMap<string, string> }) =>
    headers.get('ratelimit-limit');
  for (;;) {
    const key = await makeKey(api, 'early');
    const early = await onNewConnections(t, api.url, 16, () => get('/version', `X-API-Key: ${key}`));
    if (early.every((answer) => limitOf(answer) === '20')) break;
  }
  const key = await makeKey(api, 'limited');
  const answers = [];
  // The requests are sent one after another: concurrent requests that wait for the same part of the budget may exceed
  // it, as on several instances.
  for (let round = 0; round < 60; round++)
    answers.push(...(await onNewConnections(t, api.url, 1, () => get('/version', `X-API-Key: ${key}`))));
  assert.equal(answers.filter(({ status }) => status === 200).length, 20);
  assert.equal(answers.filter(({ status }) => status === 429).length, 40);
}

async function assertAddressConnections(t: TestContext, api: Api): Promise<void> {
  const { counts, close } = await counted(t, api, 70, get('/health'));
  const answered = counts['200'] ?? 0;
  // The connections that `fetch` keeps open also have places.
  assert.ok(answered <= 50 && answered > 25, JSON.stringify(counts));
  assert.equal(answered + (counts['closed'] ?? 0), 70);
  const text = /^billonce_connections (\d+)$/m.exec((await api.get('/metrics', asAdmin)).text)?.[1];
  assert.equal(Number(text), 50);
  close();
}

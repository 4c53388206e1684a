import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { Client } from 'pg';
import type { Api } from '../harness/api.ts';
import { PostgresNode } from '../harness/postgres-node.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

async function start(t: TestContext, count: number, settings: Readonly<Record<string, string>> = {}) {
  const database = await PostgresNode.start(t, settings);
  const proxy = await TcpProxy.start(t, database.port);
  // Prepared statements would be sent only once by their text. Without names, the proxy sees each statement.
  const throughProxy = {
    DATABASE_URL: proxy.through(database.url),
    DATABASE_PREPARED: 'false',
    LOG_LEVEL: 'silent',
  };
  const direct = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
  const instances = new ServerProcesses(t, [
    throughProxy,
    ...Array.from({ length: count - 1 }, () => direct),
  ]);
  await instances.startAll();
  return { database, proxy, instances, api: instances.api(0) };
}

/** Retries until there is a final answer. */
async function retried(api: Api, key: string) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await api.post('/usage', usage, key);
    if (answer.status !== 503) return answer;
    assert.ok(Number(answer.headers.get('retry-after')) > 0, answer.text);
    await passing(25);
  }
  return assert.fail('503 for ever');
}

async function untilReady(api: Api, status: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await api.get('/health/ready')).status === status) return;
    await passing(25);
  }
  assert.fail(`readiness is not ${status}`);
}

async function assertRecorded(api: Api, requests: number): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.recorded.requests, requests);
}

for (const [place, isReplayed] of [
  ['before', null],
  ['behind', 'true'],
] as const) {
  test(`if a connection breaks ${place} the COMMIT, the outcome is unknown, and the retry has one effect`, async (t) => {
    const { proxy, api } = await start(t, 1);
    const broken = proxy.cutAt('COMMIT', place);
    const answer = await api.post('/usage', usage, 'k');
    await broken;
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.json.error, 'outcome_unknown');
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    const again = await retried(api, 'k');
    assert.equal(again.status, 201, again.text);
    assert.equal(again.headers.get('idempotency-replayed'), isReplayed);
    await assertRecorded(api, 3);
  });
}

test('if a connection breaks before the save, nothing was applied, and the answer says so', async (t) => {
  const { proxy, api } = await start(t, 1);
  await api.post('/usage', usage, 'first');
  const broken = proxy.cutAt('INSERT INTO accounts', 'before');
  const answer = await api.post('/usage', usage, 'k');
  await broken;
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.error, 'storage_unavailable');
  assert.equal((await retried(api, 'k')).status, 201);
  await assertRecorded(api, 6);
});

test('if a database restarts under load, writes get 503, readiness is correct, and no instance restarts', async (t) => {
  const { database, api } = await start(t, 1);
  assert.equal((await api.post('/usage', usage, 'before')).status, 201);
  await database.kill();
  const down = await api.post('/usage', usage, 'down');
  assert.equal(down.status, 503, down.text);
  assert.ok(Number(down.headers.get('retry-after')) > 0);
  assert.equal((await api.get('/health/ready')).status, 503);
  assert.equal((await api.get('/health')).status, 200);
  const read = await api.get('/usage/agent-7/search');
  assert.equal(read.status, 503, read.text);
  assert.equal(read.json.error, 'storage_unavailable');
  await database.start();
  await untilReady(api, 200);
  assert.equal((await retried(api, 'down')).status, 201);
  await assertRecorded(api, 6);
});

test('without a free database connection, writes get 503 until there is one', async (t) => {
  const { database, proxy, api } = await start(t, 1, {
    max_connections: '12',
    max_wal_senders: '0',
    superuser_reserved_connections: '0',
  });
  assert.equal((await api.post('/usage', usage, 'before')).status, 201);
  proxy.cutAll();
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      break;
    }
    taken.push(client);
  }
  const full = await api.post('/usage', usage, 'full');
  assert.equal(full.status, 503, full.text);
  assert.equal(full.json.error, 'storage_unavailable');
  assert.equal((await api.get('/health/ready')).status, 503);
  await Promise.all(taken.map((client) => client.end()));
  await untilReady(api, 200);
  assert.equal((await retried(api, 'full')).status, 201);
  await assertRecorded(api, 6);
});

test('an instance whose database refuses writes is not ready, and a write gets 503 until it accepts them', async (t) => {
  const { database, proxy, api } = await start(t, 1);
  await database.query('ALTER DATABASE postgres SET default_transaction_read_only = on');
  proxy.cutAll();
  const answer = await api.post('/usage', usage, 'k');
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.error, 'storage_unavailable');
  await untilReady(api, 503);
  await database.query('BEGIN READ WRITE; ALTER DATABASE postgres RESET ALL; COMMIT');
  proxy.cutAll();
  await untilReady(api, 200);
  assert.equal((await retried(api, 'k')).status, 201);
  await assertRecorded(api, 3);
});

test('a request that waits for a locked row gets 503 within the stated time, and others continue', async (t) => {
  const { database, api } = await start(t, 1);
  await api.post('/usage', usage, 'first');
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query(`BEGIN; SELECT * FROM accounts WHERE agent = 'agent-7' FOR UPDATE`);
  const held = api.post('/usage', usage, 'held');
  const answer = await held;
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.error, 'storage_unavailable');
  await holder.query('ROLLBACK');
  await holder.end();
  assert.equal((await retried(api, 'held')).status, 201);
  await assertRecorded(api, 6);
});

for (const [what, away, back] of [
  [
    'cut off from the database',
    ({ proxy }: { readonly proxy: TcpProxy }) => {
      proxy.mode = 'silent';
    },
    ({ proxy }: { readonly proxy: TcpProxy }) => {
      proxy.mode = 'pass';
    },
  ],
  [
    'stopped',
    ({ instances }: { readonly instances: ServerProcesses }) => instances.signal(0, 'SIGSTOP'),
    ({ instances }: { readonly instances: ServerProcesses }) => instances.signal(0, 'SIGCONT'),
  ],
] as const) {
  test(`an instance that is ${what} while it holds locks blocks the others no longer than its time limit`, async (t) => {
    const { database, proxy, instances } = await start(t, 2);
    const [one, two] = [instances.api(0), instances.api(1)];
    await one.post('/usage', usage, 'first');
    // The delay is long enough that it has the locks for a while before it can commit.
    proxy.delayMs = 300;
    const sent = one.post('/usage', usage, 'away').catch(() => undefined);
    for (;;) {
      const holding = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'billonce' AND state = 'idle in transaction'`,
      );
      if (holding.length > 0) break;
    }
    away({ proxy, instances });
    // It waits until the database has ended the other transaction, and is not refused.
    const answer = await two.post('/usage', usage, 'here');
    assert.equal(answer.status, 201, answer.text);
    back({ proxy, instances });
    proxy.delayMs = 0;
    await sent;
    assert.equal((await retried(one, 'away')).status, 201);
    await assertRecorded(two, 9);
  });
}

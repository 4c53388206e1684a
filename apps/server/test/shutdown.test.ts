import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { connectTo, rawExchange, rawPost } from './harness/raw-http.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { adminKey } from './harness/tenants.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from './harness/workload.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const text = JSON.stringify(usage);

test('SIGTERM: every request that had begun is answered, and its key replays after a restart', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const server = await startProcess(t, environment);
  const keys = Array.from({ length: 50 }, (_, number) => `key-${number}`);
  const begun = await Promise.all(
    keys.map(async (key) => {
      const connection = await connectTo(t, server.url);
      const whole = rawPost('/usage', text, [`Idempotency-Key: ${key}`, 'Expect: 100-continue']);
      await connection.write(whole.subarray(0, whole.length - text.length));
      // The server reports that it has accepted the request. Its body has not been sent yet.
      assert.equal((await connection.answer()).status, 100);
      return connection;
    }),
  );
  const idle = await connectTo(t, server.url);
  const stopped = server.stop('SIGTERM');
  // Once idle connections are closed, the server is certainly stopping.
  idle.socket.resume();
  if (!idle.socket.readableEnded) await once(idle.socket, 'end');
  idle.socket.end();
  const answers = await Promise.all(
    begun.map(async ({ write, answer }) => {
      await write(text);
      return await answer();
    }),
  );
  for (const answer of answers) {
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('connection'), 'close');
  }
  assert.equal(await stopped, 0);
  const again = await startProcess(t, environment);
  for (const [index, key] of keys.entries()) {
    const replay = await apiAt(again.url).post('/usage', usage, key);
    assert.equal(replay.text, answers[index]?.body);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  }
  assert.equal((await apiAt(again.url).get('/audit')).json.entries, 50);
});

test('SIGTERM: single usage whose body has not arrived yet is also answered, even if it is invalid', async (t) => {
  const server = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const bodies = [text, JSON.stringify({ ...usage, requests: 0 })];
  const begun = await Promise.all(
    bodies.map(async (body, number) => {
      const connection = await connectTo(t, server.url);
      const before = rawPost('/usage', text, [`Idempotency-Key: before-${number}`]);
      const whole = rawPost('/usage', body, [`Idempotency-Key: key-${number}`]);
      // The server reads both at once: when it sends the first answer, it also has the head of the second request.
      await connection.write(Buffer.concat([before, whole.subarray(0, whole.length - body.length)]));
      assert.equal((await connection.answer()).status, 201);
      return { connection, body };
    }),
  );
  const idle = await connectTo(t, server.url);
  await apiAt(server.url).get('/health');
  const stopped = server.stop('SIGTERM');
  idle.socket.resume();
  if (!idle.socket.readableEnded) await once(idle.socket, 'end');
  idle.socket.end();
  const statuses = await Promise.all(
    begun.map(async ({ connection, body }) => {
      await connection.write(body);
      const { status, headers } = await connection.answer();
      return [status, headers.get('connection')];
    }),
  );
  assert.deepEqual(statuses, [
    [201, 'close'],
    [400, 'close'],
  ]);
  assert.equal(await stopped, 0);
});

test('SIGTERM under load: the process exits with 0, and nothing acknowledged is lost', async (t) => {
  const workload = new Workload(seededRandom(t));
  const acknowledged = new Map<string, Essence>();
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const server = await startProcess(t, environment);
  const api = apiAt(server.url);
  await registerServices(api);
  let stopped: Promise<number | null> | undefined;
  let isGone = false;
  await inParallel(
    32,
    () => (isGone ? undefined : workload.next()),
    async ({ key, path, body }) => {
      try {
        const answer = await api.post(path, body, key);
        // Requests that are refused during the stop get the code for that.
        if (answer.status < 300) acknowledged.set(key, essence(answer));
        else assert.equal(answer.json.error, 'shutting_down');
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        isGone = true;
      }
      if (acknowledged.size >= 200) stopped ??= server.stop('SIGTERM');
    },
  );
  assert.equal(await stopped, 0);
  t.diagnostic(`${workload.writes.length} writes, ${acknowledged.size} acknowledged`);
  const again = await startProcess(t, environment);
  await assertExactlyOnce(apiAt(again.url), workload, acknowledged);
});

test('a second server on the same file does not start, says why, and does not harm the first', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const first = await startProcess(t, { DATABASE_URL: `file:${file}` });
  const api = apiAt(first.url);
  assert.equal((await api.post('/usage', usage, 'a')).status, 201);
  for (let times = 0; times < 2; times++) {
    await assert.rejects(startProcess(t, { DATABASE_URL: `file:${file}` }), (error: Error) =>
      error.message.includes(
        `ended with 1:\nbillonce: another server has ${file} open (its lock is ${join(file, '..', '.books.db-lock')})`,
      ),
    );
    assert.equal((await api.post('/usage', usage, `b-${times}`)).status, 201);
  }
  assert.equal((await api.get('/audit')).json.entries, 3);
  await first.stop('SIGKILL');
  // A killed server leaves nothing that must be cleaned up.
  const second = await startProcess(t, { DATABASE_URL: `file:${file}` });
  assert.equal((await apiAt(second.url).get('/audit')).json.entries, 3);
});

test('if the port is in use, the server does not start, and releases the file', async (t) => {
  const folder = temporaryFolder(t);
  const first = await startProcess(t, { DATABASE_URL: `file:${join(folder, 'one.db')}` });
  const environment = { DATABASE_URL: `file:${join(folder, 'two.db')}` };
  await assert.rejects(startProcess(t, { ...environment, PORT: new URL(first.url).port }), /is in use/);
  await startProcess(t, environment);
});

test('development mode answers only this machine, and accepts no writes from other pages', async (t) => {
  const server = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const { host } = new URL(server.url);
  const status = async (method: 'GET' | 'POST', ...headers: string[]) => {
    const head = [`${method} /api/v1/${method === 'GET' ? 'audit' : 'usage'} HTTP/1.1`, ...headers];
    const body = method === 'GET' ? [] : ['Content-Type: application/json', `Content-Length: ${text.length}`];
    const bytes = `${[...head, ...body, '', ''].join('\r\n')}${method === 'GET' ? '' : text}`;
    return (await rawExchange(t, server.url, bytes)).status;
  };
  for (const foreign of [
    'evil.example',
    'evil.example:3001',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
  ]) {
    assert.equal(await status('GET', `Host: ${foreign}`), 403, foreign);
    assert.equal(await status('POST', `Host: ${foreign}`), 403, foreign);
  }
  for (const own of [
    'localhost',
    'localhost:1',
    'LOCALHOST',
    '127.0.0.1',
    '127.8.9.1:80',
    '[::1]',
    '[::1]:3',
  ]) {
    assert.equal(await status('GET', `Host: ${own}`), 200, own);
  }
  for (const page of ['Origin: https://evil.example', 'Origin: null', 'Sec-Fetch-Site: cross-site']) {
    assert.equal(await status('POST', `Host: ${host}`, page), 403, page);
  }
  assert.equal(await status('POST', `Host: ${host}`, `Origin: http://${host}`), 201);
  assert.equal(await status('POST', `Host: ${host}`, 'Sec-Fetch-Site: same-origin'), 201);
  assert.equal((await apiAt(server.url).get('/audit')).json.entries, 2);
});

test('without ADMIN_API_KEY the server listens on this machine only', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  for (const HOST of ['0.0.0.0', '::', '192.0.2.1', 'example.com']) {
    await assert.rejects(startProcess(t, { ...environment, HOST }), /HOST is .*without ADMIN_API_KEY/);
  }
  await assert.rejects(startProcess(t, { ...environment, TRUST_PROXY: '1' }), /TRUST_PROXY is set/);
  const server = await startProcess(t, { ...environment, HOST: '0.0.0.0', ADMIN_API_KEY: adminKey });
  assert.equal((await apiAt(server.url.replace('0.0.0.0', '127.0.0.1')).get('/audit')).status, 401);
});

const mistakes = {
  HOST: '0.0.0.0',
  PORT: '65536',
  DATABASE_URL: 'mysql://user:hidden-password@host/db',
  ADMIN_API_KEY: '',
  TRUST_PROXY: '-1',
  IDEMPOTENCY_CACHE_TTL_MS: '1h',
  IDEMPOTENCY_CACHE_MAX_ENTRIES: '0',
  IDEMPOTENCY_CACHE_MAX_BYTES: '1',
  IDEMPOTENCY_RETENTION_DAYS: '34',
  IDEMPOTENCY_REQUIRED: 'yes',
  BULK_MAX_ITEMS: '10001',
  RATE_LIMIT_PER_MINUTE: '1e3',
  MAX_CONNECTIONS: '0',
  REQUEST_TIMEOUT_MS: '0',
  CORS_ALLOWED_ORIGINS: 'https://app.example/path',
  ANSWER_ENCRYPTION_KEYS: 'hidden-secret',
  LOG_LEVEL: 'loud',
};

test('all mistakes in the configuration are reported in one error, which shows no secret', async (t) => {
  await assert.rejects(startProcess(t, mistakes), (error: Error) => {
    assert.match(error.message, /ended with 1:\nbillonce: the configuration is not valid\n/);
    for (const name of Object.keys(mistakes)) assert.ok(error.message.includes(name), name);
    assert.equal(/hidden/.test(error.message), false);
    return true;
  });
  const short = { DATABASE_URL: 'file:x.db', ADMIN_API_KEY: 'hidden' };
  await assert.rejects(startProcess(t, short), (error: Error) => {
    assert.match(error.message, /ADMIN_API_KEY has 6 characters: it must have at least 16/);
    return !error.message.includes('hidden');
  });
});

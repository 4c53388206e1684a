import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startWithThreads } from './harness/http-threads.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
  writeUntilKilled,
} from './harness/workload.ts';

const timeout = 180_000;
const dyingThreads = new URL('harness/dying-threads.ts', import.meta.url);

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`HTTP threads that ${signal} ends under load lose nothing and bill nothing twice`, {
    timeout,
  }, async (t) => {
    const random = seededRandom(t);
    const workload = new Workload(random);
    const acknowledged = new Map<string, Essence>();
    const environment = { DATABASE_URL: await emptyDatabase(t) };
    const server = await startWithThreads(t, environment);
    await registerServices(apiAt(server.url));
    const load = writeUntilKilled(apiAt(server.url), workload, acknowledged);
    await passing(random.below(400));
    const code = await server.stop(signal);
    await load;
    assert.equal(code, signal === 'SIGTERM' ? 0 : null);
    t.diagnostic(`${workload.writes.length} writes, ${acknowledged.size} of them acknowledged before`);
    const again = await startWithThreads(t, environment);
    await assertExactlyOnce(apiAt(again.url), workload, acknowledged);
  });
}

test('an HTTP thread that dies ends the process with its error, and nothing is lost', {
  timeout,
}, async (t) => {
  const folder = temporaryFolder(t);
  const workload = new Workload(seededRandom(t));
  const acknowledged = new Map<string, Essence>();
  const environment = {
    DATABASE_URL: await emptyDatabase(t),
    FILES_OF_DEATHS: folder,
    NODE_OPTIONS: `--import ${dyingThreads}`,
  };
  const server = await startWithThreads(t, environment);
  await registerServices(apiAt(server.url));
  const load = writeUntilKilled(apiAt(server.url), workload, acknowledged);
  writeFileSync(join(folder, 'http'), '');
  assert.equal(await server.ended, 1);
  await load;
  assert.match(server.output(), /"thread":2[^\n]*an HTTP thread ended/);
  assert.match(server.output(), /the planted end of http/);
  const again = await startWithThreads(t, environment);
  await assertExactlyOnce(apiAt(again.url), workload, acknowledged);
});

test('if the writer dies, all HTTP threads reach the next one, and retries bill nothing twice', {
  timeout,
}, async (t) => {
  const folder = temporaryFolder(t);
  const workload = new Workload(seededRandom(t));
  const acknowledged = new Map<string, Essence>();
  const server = await startWithThreads(t, {
    FILES_OF_DEATHS: folder,
    NODE_OPTIONS: `--import ${dyingThreads}`,
  });
  const api = apiAt(server.url);
  await registerServices(api);
  for (let deaths = 0; deaths < 3; deaths++) {
    const file = join(folder, 'writer');
    writeFileSync(file, '');
    let left = 60;
    const next = () => (existsSync(file) || left-- > 0 ? workload.next() : undefined);
    await inParallel(32, next, async ({ key, path, body }) => {
      for (;;) {
        const answer = await api.post(path, body, key);
        if (answer.status >= 300) {
          const isExpected = ['outcome_unknown', 'storage_unavailable'].includes(answer.json.error);
          assert.ok(answer.status === 503 && isExpected, answer.text);
          continue;
        }
        acknowledged.set(key, essence(answer));
        return;
      }
    });
  }
  assert.equal(acknowledged.size, workload.writes.length);
  await assertExactlyOnce(api, workload, acknowledged);
  assert.equal(await server.stop('SIGTERM'), 0);
});

test('HTTP threads answer over TLS', { timeout }, async (t) => {
  const fixture = (name: string) => fileURLToPath(new URL(`fixtures/tls/one.${name}.pem`, import.meta.url));
  const server = await startWithThreads(t, {
    TLS_CERT_FILE: fixture('cert'),
    TLS_KEY_FILE: fixture('key'),
  });
  assert.match(server.url, /^https:/);
  const ca = readFileSync(fixture('cert'));
  const ask = () =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${server.url}/api/v1/version`, { ca, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  const answers = await Promise.all(Array.from({ length: 16 }, ask));
  assert.deepEqual(new Set(answers), new Set([200]));
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { commitWitness } from './fuzz/commits.ts';
import { type DocumentedOperation, readDocument } from './fuzz/document.ts';
import { type Callers, Fuzzer, type Target } from './fuzz/fuzzer.ts';
import { runIsolated, strangerTenant } from './fuzz/isolation.ts';
import { runSlow } from './fuzz/slow.ts';
import { runHalves, runShapes } from './fuzz/wire-run.ts';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase, engine } from './harness/database.ts';
import { fuzzedServer, startProcess } from './harness/process.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';

// PostgreSQL answers by the same rules, so fewer cases are enough for it. Its witness reads all rows each time.
const isPostgres = engine === 'postgres';
const cases = rounds({ test: isPostgres ? 100 : 400, prove: isPostgres ? 2_000 : 20_000 });
const shapeRounds = rounds({ test: 1, prove: isPostgres ? 4 : 40 });
const halves = rounds({ test: 50, prove: isPostgres ? 200 : 2_000 });
/** these are sent at the same time */
const slowCases = rounds({ test: 60, prove: 1_000 });
const requestTimeoutMs = 1_500;
const isolatedRounds = rounds({ test: 2, prove: 100 });

interface Started {
  readonly api: Api;
  readonly target: Target;
  readonly operations: readonly DocumentedOperation[];
}

async function start(t: TestContext, environment: Readonly<Record<string, string>> = {}): Promise<Started> {
  const databaseUrl = await emptyDatabase(t);
  const server = await startProcess(t, { DATABASE_URL: databaseUrl, ...environment }, { main: fuzzedServer });
  const api = apiAt(server.url);
  const operations = readDocument((await api.get('/openapi.json')).json);
  return { api, operations, target: { ...server, witness: await commitWitness(t, databaseUrl) } };
}

function report(t: TestContext, { counts, neverAccepted }: Fuzzer): void {
  const { cases, accepted, refused, replayed, mended, wellFormed, wellAccepted } = counts;
  t.diagnostic(
    `${cases} cases: ${accepted} accepted, ${refused} refused, ${replayed} retried, ${mended} mended; ` +
      `${wellAccepted} of ${wellFormed} without a fault were accepted; never accepted: ${neverAccepted.join(', ') || 'none'}`,
  );
  // A run would show little if most requests were refused because they name nothing that exists.
  assert.ok(wellAccepted > wellFormed / 3, `${wellAccepted} of ${wellFormed}`);
  assert.ok(refused > cases / 3, `${refused} of ${cases} were refused`);
}

/** Everything that a tenant can read of its books. */
async function booksOf(api: Api, headers: Readonly<Record<string, string>>): Promise<string[]> {
  const paths = [
    '/stats',
    '/audit',
    '/services?limit=1000',
    '/webhooks',
    '/entries?limit=1000',
    '/settlements',
  ];
  const answers = await Promise.all(paths.map((path) => api.get(path, headers)));
  return answers.map(({ text }) => text);
}

const nobody: Callers = { tenant: [], admin: [], adminAsTenant: [], spared: [] };

test('in development mode, every request drawn from the OpenAPI document is answered completely or refused completely', async (t) => {
  const { api, target, operations } = await start(t);
  const fuzzer = new Fuzzer(operations, target, nobody, seededRandom(t));
  await fuzzer.explore();
  await fuzzer.run(cases);
  report(t, fuzzer);
  assert.deepEqual((await api.get('/audit')).json.differences, []);
});

test('in protected mode, every request of a tenant and of the admin is answered completely or refused completely', async (t) => {
  const { api, target, operations } = await start(t, { ADMIN_API_KEY: adminKey });
  const made = (await api.post('/api-keys', { label: 'own', tenant: 'own' }, undefined, asAdmin)).json;
  const callers: Callers = {
    tenant: [['X-API-Key', made.key]],
    admin: [['Authorization', `Bearer ${adminKey}`]],
    adminAsTenant: [
      ['X-API-Key', adminKey],
      ['X-Tenant', 'own'],
    ],
    spared: [made.prefix],
  };
  const fuzzer = new Fuzzer(operations, target, callers, seededRandom(t));
  await fuzzer.explore();
  await fuzzer.run(cases);
  report(t, fuzzer);
  const own = { 'x-api-key': made.key };
  assert.deepEqual((await api.get('/audit', own)).json.differences, []);
  const before = await booksOf(api, own);
  const other = (await api.post('/api-keys', { label: 'other', tenant: strangerTenant }, undefined, asAdmin))
    .json;
  await runIsolated(fuzzer, operations, [['X-API-Key', other.key]], isolatedRounds);
  assert.deepEqual(await booksOf(api, own), before);
  withstood(
    'fuzzed_requests',
    `${figure(cases)} requests as a tenant and as the admin, ${figure(isolatedRounds)} rounds as a stranger`,
  );
});

test('requests in every form of bytes are accepted as what they are or refused, and never executed after another one', async (t) => {
  const { api, target, operations } = await start(t, { REQUEST_TIMEOUT_MS: String(requestTimeoutMs) });
  const random = seededRandom(t);
  const fuzzer = new Fuzzer(operations, target, nobody, random);
  const writes = operations.filter(({ takesKey }) => takesKey);
  await fuzzer.explore();
  const withBodies = writes.filter(({ body }) => body !== undefined);
  await runShapes(fuzzer, withBodies, random, shapeRounds);
  await runHalves(fuzzer, writes, random, halves);
  await runSlow(fuzzer, writes, random, { cases: slowCases, requestTimeoutMs });
  assert.deepEqual((await api.get('/audit')).json.differences, []);
});

// Shows that the fuzzer finds faults: a fault is planted in front of a correct server, and the fuzzer must report this
// fault.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { commitWitness } from './fuzz/commits.ts';
import { readDocument } from './fuzz/document.ts';
import { faultyServer, type PlantedFault, statusOf, withAnswerBody, withStatus } from './fuzz/faulty.ts';
import { type Callers, Fuzzer } from './fuzz/fuzzer.ts';
import { runIsolated, strangerTenant } from './fuzz/isolation.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { fuzzedServer, startProcess } from './harness/process.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';

/** Each operation is sent several times, valid and with mistakes: enough for faults that always occur. */
const cases = 600;
/** The number of cases if a single operation has a fault. */
const casesOfOne = 60;
/** A key under which something was recorded before the fuzzer began. */
const takenKey = 'planted';
const nobody: Callers = { tenant: [], admin: [], adminAsTenant: [], spared: [] };

async function start(
  t: TestContext,
  fault: PlantedFault,
  environment: Readonly<Record<string, string>> = {},
) {
  const databaseUrl = await emptyDatabase(t);
  const server = await startProcess(t, { DATABASE_URL: databaseUrl, ...environment }, { main: fuzzedServer });
  const api = apiAt(server.url);
  const operations = readDocument((await api.get('/openapi.json')).json);
  const url = await faultyServer(t, server.url, fault);
  const target = { url, witness: await commitWitness(t, databaseUrl), output: server.output };
  return { api, operations, target };
}

/** Runs the fuzzer against a server with a planted fault. */
async function fuzz(t: TestContext, fault: PlantedFault & { readonly line?: string }): Promise<void> {
  const { api, operations, target } = await start(t, fault);
  await recordUsage(api.url, takenKey);
  const fuzzer = new Fuzzer(operations, target, nobody, seededRandom(t));
  await fuzzer.explore();
  const { line } = fault;
  const concerned = operations.filter(({ method, path }) => line === `${method} ${path}`);
  await (concerned.length === 0 ? fuzzer.run(cases) : fuzzer.run(casesOfOne, concerned));
}

/** A fault in the answers to requests that begin with a line such as `GET /api/v1/stats`. */
function ofAnswers(line: string, change: (answer: string, url: string) => string | Promise<string>) {
  return {
    line,
    answer: (answer: string, request: string, url: string) =>
      request.startsWith(line) ? change(answer, url) : answer,
  };
}

async function recordUsage(url: string, key?: string): Promise<void> {
  await apiAt(url).post('/usage', { agent: 'planted', serviceId: 'planted', requests: 1 }, key);
}

/** After a refusal under a key, the key belongs to another request. */
function keyTakenByRefusal(): PlantedFault {
  const taken = new Set<string>();
  const keyIn = (request: string) => /\r\nIdempotency-Key: (case-\d+)\r/.exec(request)?.[1];
  return {
    request: (request) => {
      const key = keyIn(request);
      return key !== undefined && taken.has(key) ? request.replace(key, takenKey) : request;
    },
    answer: (answer, request) => {
      const key = keyIn(request);
      if (key !== undefined && statusOf(answer) === 400) taken.add(key);
      return answer;
    },
  };
}

const faults: Readonly<Record<string, readonly [Parameters<typeof fuzz>[1], RegExp]>> = {
  'an effect before a refusal': [
    ofAnswers('POST /api/v1/usage', async (answer, url) => {
      if (statusOf(answer) >= 400) await recordUsage(url);
      return answer;
    }),
    /something was committed|a refused request was committed/,
  ],
  'a read that has an effect': [
    ofAnswers('GET /api/v1/stats', async (answer, url) => {
      await recordUsage(url);
      return answer;
    }),
    /something was committed/,
  ],
  'a fault of the server': [
    ofAnswers('GET /api/v1/stats', (answer) =>
      withStatus(
        withAnswerBody(answer, () => {
          const requestId = /x-request-id: (\S+)/i.exec(answer)?.[1];
          return JSON.stringify({ error: 'internal_error', message: 'm', requestId });
        }),
        500,
      ),
    ),
    /the status is 500/,
  ],
  'a status that is not documented': [
    ofAnswers('GET /api/v1/stats', (answer) => withStatus(answer, 206)),
    /the status 206 is not documented for/,
  ],
  'a member that is not documented': [
    ofAnswers('GET /api/v1/stats', (answer) =>
      withAnswerBody(answer, (body) => body.replace('{', '{"planted":1,')),
    ),
    /planted/,
  ],
  'a replay with other bytes': [
    {
      answer: (answer) =>
        /idempotency-replayed: true/i.test(answer) ? withAnswerBody(answer, (body) => `${body} `) : answer,
    },
    /its retry got/,
  ],
  'a key that is ignored': [
    { request: (request) => request.replace(/\r\nIdempotency-Key: [^\r]*/i, '') },
    // A retry or a key that is too long finds this fault.
    /its retry was committed|its retry was no replay|Idempotency-Key of 20,000/,
  ],
  'a refusal that uses up the key': [keyTakenByRefusal(), /the key is taken/],
  'an answer that shows internals': [
    {
      answer: (answer) =>
        statusOf(answer) === 404
          ? withAnswerBody(answer, (body) => body.replace(/"message":"/, '"message":"at load.ts:12 '))
          : answer,
    },
    /it shows the inside of the server/,
  ],
  'an answer without a request id': [
    { answer: (answer) => answer.replace(/\r\nx-request-id: [^\r]*/i, '') },
    /it has no request id/,
  ],
  'an answer that breaks off': [
    ofAnswers('GET /api/v1/stats', (answer) => answer.slice(0, -1)),
    /it got no whole answer/,
  ],
  'two answers to one request': [
    ofAnswers('GET /api/v1/stats', (answer) => answer + answer),
    /2 answers to one request/,
  ],
};

test('nothing is reported if no fault is planted', async (t) => {
  await fuzz(t, {});
});

for (const [name, [fault, complaint]] of Object.entries(faults)) {
  test(`the fuzzer reports ${name}`, async (t) => {
    await assert.rejects(fuzz(t, fault), complaint);
  });
}

test('the fuzzer reports that a tenant can read the books of another one', async (t) => {
  let leak: ((request: string) => string) | undefined;
  const fault: PlantedFault = { request: (request) => leak?.(request) ?? request };
  const { api, operations, target } = await start(t, fault, { ADMIN_API_KEY: adminKey });
  const keyOf = async (tenant: string) =>
    String((await api.post('/api-keys', { label: tenant, tenant }, undefined, asAdmin)).json.key);
  const own = await keyOf('own');
  const stranger = await keyOf(strangerTenant);
  const admin = [['Authorization', `Bearer ${adminKey}`]] as const;
  const callers = {
    tenant: [['X-API-Key', own]],
    admin,
    adminAsTenant: [['X-API-Key', own]],
    spared: [],
  } as const;
  const fuzzer = new Fuzzer(operations, target, callers, seededRandom(t));
  await fuzzer.explore();
  const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
  assert.equal((await api.post('/usage', usage, undefined, { 'x-api-key': own })).status, 201);
  const askAll = () => runIsolated(fuzzer, operations, [['X-API-Key', stranger]], 1);
  await askAll();
  leak = (request) => (request.startsWith('GET ') ? request.replace(stranger, own) : request);
  await assert.rejects(
    askAll(),
    /by another tenant\n {2}(it tells of|what belongs to another tenant is there)/,
  );
});

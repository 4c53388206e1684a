import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { badAddresses } from './bad-input/addresses.ts';
import { badBodies } from './bad-input/bodies.ts';
import { badHttp } from './bad-input/http.ts';
import { badMedia } from './bad-input/media.ts';
import { ask, type BadRequest } from './bad-input/request.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { connectTo, type RawAnswer, rawExchange, rawPost } from './harness/raw-http.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const text = JSON.stringify(usage);

function assertError({ what, status, code, pointer }: BadRequest, answer: RawAnswer): void {
  const body = JSON.parse(answer.body);
  assert.equal(answer.status, status, `${what}: ${answer.body}`);
  assert.equal(body.error, code, what);
  assert.equal(typeof body.message, 'string', what);
  assert.match(body.requestId, /^[\x21-\x7e]{1,200}$/, what);
  assert.equal(answer.headers.get('x-request-id'), body.requestId, what);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, what);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', what);
  if (pointer === undefined) return;
  const pointers = (body.faults ?? []).map((fault: { readonly pointer: string }) => fault.pointer);
  assert.ok(pointers.includes(pointer), `${what}: ${answer.body}`);
}

/** The same request with an `Accept` header for problem details. */
function asProblem(bytes: string | Buffer): Buffer {
  const whole = Buffer.from(bytes);
  const at = whole.indexOf('\r\n') + 2;
  const accept = Buffer.from('Accept: application/problem+json\r\n');
  return Buffer.concat([whole.subarray(0, at), accept, whole.subarray(at)]);
}

function assertProblem({ what, status, code }: BadRequest, answer: RawAnswer): void {
  const body = JSON.parse(answer.body);
  assert.equal(answer.status, status, `${what}: ${answer.body}`);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
  assert.equal(body.code, code, what);
  assert.equal(body.status, status, what);
  assert.equal(body.type, `/api/v1/errors/${code}`, what);
  for (const member of ['title', 'detail', 'requestId']) assert.equal(typeof body[member], 'string', what);
  assert.equal(answer.headers.get('x-request-id'), body.requestId, what);
}

async function assertNothingApplied(api: Api): Promise<void> {
  assert.equal((await api.get('/audit')).json.entries, 0);
  assert.deepEqual((await api.get('/services')).json.services, []);
  assert.deepEqual((await api.get('/api-keys')).json.items, []);
}

for (const [room, table] of [
  ['bodies', badBodies],
  ['media types and sizes', badMedia],
  ['addresses', badAddresses],
  ['what is hardly HTTP', badHttp],
] as const) {
  test(`bad ${room}: each is refused with its code, in both forms, and nothing is applied`, async (t) => {
    const { api } = await startInProcess(t);
    for (const bad of table) {
      assertError(bad, await rawExchange(t, api.url, bad.bytes));
      // Bytes that are not a request have no Accept header.
      if (table !== badHttp) assertProblem(bad, await rawExchange(t, api.url, asProblem(bad.bytes)));
    }
    await assertNothingApplied(api);
    // None of the bad requests used up the key.
    assert.equal((await api.post('/usage', usage, 'bad')).status, 201);
  });
}

test('a wrong method is refused with the methods of the path', async (t) => {
  const { api } = await startInProcess(t);
  for (const [method, path, allow] of [
    ['GET', '/usage', 'POST'],
    ['DELETE', '/usage', 'POST'],
    ['HEAD', '/usage', 'POST'],
    ['POST', '/audit', 'GET, HEAD'],
    ['PUT', '/services', 'GET, HEAD, POST'],
    ['PATCH', '/api-keys/apk_00000000', 'DELETE'],
  ] as const) {
    const answer = await api.call(path, { method });
    assert.equal(answer.status, 405, `${method} ${path}`);
    assert.equal(answer.headers.get('allow'), allow);
    if (method !== 'HEAD') assert.equal(answer.json.error, 'method_not_allowed');
  }
});

test('a request that stops half-way is not executed, and its key stays free', async (t) => {
  const { api } = await startInProcess(t);
  const whole = rawPost('/usage', text, ['Idempotency-Key: half']);
  for (const bytes of [20, whole.length - 1]) {
    const { socket, write } = await connectTo(t, api.url);
    await write(whole.subarray(0, bytes));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end();
    socket.resume();
    await closed;
  }
  await assertNothingApplied(api);
  const answer = await api.post('/usage', usage, 'half');
  assert.equal(answer.headers.get('idempotency-replayed'), null);
});

async function pipelined(t: TestContext, url: string, requests: readonly Buffer[]): Promise<RawAnswer[]> {
  const { write, answer } = await connectTo(t, url);
  await write(Buffer.concat(requests));
  const answers: RawAnswer[] = [];
  for (const _ of requests) answers.push(await answer());
  return answers;
}

test('pipelined requests are answered in their order, even after a bad one', async (t) => {
  const { api } = await startInProcess(t);
  const good = (key: string) => rawPost('/usage', text, [`Idempotency-Key: ${key}`]);
  const answers = await pipelined(t, api.url, [
    good('one'),
    rawPost('/usage', '{}', ['Idempotency-Key: two']),
    good('one'),
    good('three'),
    Buffer.from(ask('GET /api/v1/nothing')),
    good('three'),
  ]);
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('idempotency-replayed')]),
    [
      [201, undefined],
      [400, undefined],
      [201, 'true'],
      [201, undefined],
      [404, undefined],
      [201, 'true'],
    ],
  );
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 6);
});

test('a bad item of a bulk always gives an item error, never a 500', async (t) => {
  const { api } = await startInProcess(t);
  const items = [
    'null',
    '1e400',
    '"\\ud800"',
    '{"\\ud800":1}',
    '{"__proto__":{"agent":"a","serviceId":"s","requests":1}}',
    '"\\u0000"',
    `${'['.repeat(60)}${']'.repeat(60)}`,
    `{"${'n'.repeat(100_000)}":1}`,
    JSON.stringify({ ...usage, occurredAt: '2026-02-30T00:00:00Z' }),
    JSON.stringify({ ...usage, occurredAt: '0000-01-01T00:00:00Z' }),
    JSON.stringify(usage),
  ];
  const answer = await api.post('/usage/bulk', `{"items":[${items.join(',')}]}`, 'bulk');
  assert.equal(answer.status, 201, answer.text);
  const errors = answer.json.results.map((result: { readonly error?: string }) => result.error);
  assert.deepEqual(errors, [...Array.from({ length: 9 }, () => 'invalid_item'), 'event_too_old', undefined]);
  const replay = await api.post('/usage/bulk', `{"items":[${items.join(',')}]}`, 'bulk');
  assert.equal(replay.text, answer.text);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
});

test('a client that reads only after it has sent everything still receives the refusal', async (t) => {
  const { api } = await startInProcess(t);
  const { socket, write, answer } = await connectTo(t, api.url);
  socket.pause();
  // The body is over the limit, but small enough to arrive while the server still reads, which it does for two seconds.
  await write(rawPost('/usage', ' '.repeat(9_000_000)));
  socket.resume();
  assert.equal((await answer()).status, 413);
});

test('input that is not HTTP, after a request that waits for its answer, gets no answer', async (t) => {
  const { api } = await startInProcess(t);
  const { write, answer } = await connectTo(t, api.url);
  await write(
    Buffer.concat([rawPost('/usage', text, ['Idempotency-Key: one']), Buffer.from('garbage\r\n\r\n')]),
  );
  // The client would take an error here for the answer to the first request, which may have taken effect.
  await assert.rejects(answer());
  assert.equal((await api.post('/usage', usage, 'one')).status, 201);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
});

test('a retry with an absolute URL, or with an unknown expectation, is a retry', async (t) => {
  const { api } = await startInProcess(t);
  const whole = rawPost('/usage', text, ['Idempotency-Key: one', 'Expect: the unexpected']);
  assert.equal((await rawExchange(t, api.url, whole)).status, 201);
  const target = `POST ${api.url}/api/v1/usage `;
  const proxied = whole.toString().replace('POST /api/v1/usage ', target);
  const replay = await rawExchange(t, api.url, proxied);
  assert.equal(replay.headers.get('idempotency-replayed'), 'true', replay.body);
});

test("a caller's valid request id is used, and an invalid one is replaced", async (t) => {
  const { api } = await startInProcess(t);
  for (const [sent, isKept] of [
    ['my-id', true],
    ['x'.repeat(200), true],
    ['x'.repeat(201), false],
    ['a b', false],
  ] as const) {
    const answer = await api.get('/nothing', { 'x-request-id': sent });
    assert.equal(answer.json.requestId === sent, isKept);
    assert.equal(answer.headers.get('x-request-id'), answer.json.requestId);
  }
});

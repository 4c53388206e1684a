import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { type HonoOptions, idempotency } from '../../src/adapters/hono.ts';
import { memoryStore } from '../../src/stores/memory.ts';

function protection(more: Partial<HonoOptions> = {}) {
  return idempotency({ store: memoryStore(), callers: 'by-address', ...more });
}

test('Hono executes nothing for a client with an unknown address, and calls addressOf for it', async () => {
  const request = () =>
    new Request('http://api.example/', { method: 'POST', headers: { 'Idempotency-Key': 'k' } });
  const app = new Hono().use(protection()).post('/', (context) => context.text('ran'));
  const refused = await app.request(request());
  assert.equal(refused.status, 500);
  assert.match(await refused.text(), /caller_unknown/);
  const told = new Hono()
    .use(protection({ addressOf: () => '192.0.2.1' }))
    .post('/', (context) => context.text('ran'));
  assert.equal(await (await told.request(request())).text(), 'ran');
  assert.equal((await told.request(request())).headers.get('idempotency-replayed'), 'true');
});

test('Hono knows the caller of `app.request()`, and of an event of AWS Lambda', async () => {
  const init = { method: 'POST', headers: { 'Idempotency-Key': 'k' } };
  let executions = 0;
  const app = new Hono().use(protection()).post('/', (context) => context.text(`${++executions}`));
  for (const _ of [1, 2]) assert.equal(await (await app.request('/', init)).text(), '1');
  const http = (sourceIp: string) => ({ event: { requestContext: { http: { sourceIp } } } });
  const identity = (sourceIp: string) => ({ event: { requestContext: { identity: { sourceIp } } } });
  const bodies: string[] = [];
  for (const env of [http('192.0.2.1'), identity('192.0.2.1'), http('192.0.2.2')])
    bodies.push(await (await app.request('http://api.example/', init, env)).text());
  assert.deepEqual(bodies, ['2', '2', '3']);
});

test('Hono knows the caller of an event passed to the handler of hono/aws-lambda, in each of its forms', async () => {
  let executions = 0;
  const app = new Hono().use(protection()).post('/', (context) => context.text(`${++executions}`));
  const invoke = handle(app);
  const headers = { 'idempotency-key': 'k', host: 'api.example', 'content-length': '0' };
  const rest = (sourceIp: string) => ({
    version: '1.0',
    httpMethod: 'POST',
    path: '/',
    resource: '/',
    headers,
    multiValueHeaders: {},
    queryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { identity: { sourceIp } },
  });
  const url = (sourceIp: string) => ({
    version: '2.0',
    rawPath: '/',
    rawQueryString: '',
    headers,
    body: null,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/', sourceIp } },
  });
  const bodies: unknown[] = [];
  for (const event of [rest('192.0.2.1'), url('192.0.2.1'), rest('192.0.2.2'), url('192.0.2.2')]) {
    const answer: { readonly body?: unknown } = await Reflect.apply(invoke, undefined, [event]);
    bodies.push(answer.body);
  }
  assert.deepEqual(bodies, ['1', '1', '2', '2']);
});

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import express, { type Express, type Request, type RequestHandler } from 'express';
import { idempotency } from '../../src/adapters/express.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { listening } from './harness/listening.ts';

// These packages have no types.
const require = createRequire(import.meta.url);
const cookieSession: (options: {
  readonly keys: readonly string[];
}) => RequestHandler = require('cookie-session');
const responseTime: () => RequestHandler = require('response-time');
const serverless: (app: Express) => (event: object, context: object) => Promise<LambdaAnswer> =
  require('serverless-http');

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const protection = () => idempotency<Request>({ store: memoryStore(), callers: 'by-address' });

async function withPort(app: Express, steps: (url: string) => Promise<void>): Promise<void> {
  app.set('env', 'test');
  const server = await listening(app);
  try {
    await steps(`http://127.0.0.1:${server.port}/`);
  } finally {
    await server.close();
  }
}

const post = (url: string, headers: Record<string, string> = {}, body = '{}') =>
  fetch(url, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'k', 'Content-Type': 'application/json', ...headers },
    body,
  });

test('cookie-session and response-time inside the protection keep their headers on the first answer', async () => {
  const app = express();
  app.use(protection(), responseTime(), cookieSession({ keys: ['secret'] }));
  app.post('/', (request, response) => {
    Object.assign(request, { session: { user: 'alice' } });
    response.json({ made: true });
  });
  await withPort(app, async (url) => {
    const first = await post(url);
    assert.ok(first.headers.has('x-response-time'));
    assert.match(first.headers.get('set-cookie') ?? '', /session=/);
    assert.equal((await post(url)).headers.get('idempotency-replayed'), 'true');
  });
});

test('cookie-session and response-time in front set their own headers on a replay', async () => {
  const app = express();
  app.use(responseTime(), cookieSession({ keys: ['secret'] }));
  app.use((request, _response, next) => {
    Object.assign(request, { session: { seenAtMs: Math.random() } });
    next();
  });
  app.post('/', protection(), (_request, response) => response.json({ made: true }));
  await withPort(app, async (url) => {
    const [first, replay] = [await post(url), await post(url)];
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
    assert.ok(replay.headers.has('x-response-time'));
    assert.match(replay.headers.get('set-cookie') ?? '', /session=/);
    assert.notEqual(replay.headers.get('set-cookie'), first.headers.get('set-cookie'));
  });
});

test('an unpaid request is executed with the same key once it is paid, and its receipt is replayed', async () => {
  const app = express();
  let paid = 0;
  app.post('/', protection(), (request, response) => {
    if (request.headers['payment-signature'] === undefined) response.status(402).json({ accepts: [] });
    else {
      paid++;
      response.set({ 'PAYMENT-RESPONSE': `receipt-${paid}`, 'Payment-Receipt': `mpp-${paid}` });
      response.json({ report: paid });
    }
  });
  await withPort(app, async (url) => {
    assert.equal((await post(url)).status, 402);
    const answers = [
      await post(url, { 'PAYMENT-SIGNATURE': 'signed' }),
      await post(url, { 'PAYMENT-SIGNATURE': 'signed' }),
    ];
    for (const answer of answers) {
      const receipts = ['payment-response', 'payment-receipt'].map((name) => answer.headers.get(name));
      assert.deepEqual([answer.status, ...receipts], [200, 'receipt-1', 'mpp-1']);
    }
    assert.equal(paid, 1);
  });
});

test('a body in which a validator has created dates is compared by its dates', async () => {
  const app = express();
  const coerce: RequestHandler = (request, _response, next) => {
    request.body = { at: new Date(request.body.at), tags: new Set<string>(request.body.tags) };
    if (request.body.tags.size === 0) delete request.body.tags;
    next();
  };
  app.post('/', express.json(), coerce, protection(), (_request, response) => response.json({ made: true }));
  await withPort(app, async (url) => {
    const at = (day: number) => `{"at":"2026-01-0${day}"}`;
    assert.equal((await post(url, {}, at(1))).status, 200);
    assert.equal((await post(url, {}, at(1))).headers.get('idempotency-replayed'), 'true');
    assert.equal((await post(url, {}, at(2))).status, 409);
    // A set has no canonical form to compare.
    assert.equal((await post(url, {}, '{"at":"2026-01-01","tags":["a"]}')).status, 500);
  });
});

test('under serverless-http, whose requests have no raw headers, a duplicate is a replay and another body a conflict', async () => {
  const app = express();
  app.set('env', 'test');
  let executions = 0;
  app.post('/charges', protection(), express.json(), (request, response) => {
    response.status(201).json({ id: ++executions, amount: Reflect.get(Object(request.body), 'amount') });
  });
  const handle = serverless(app);
  const invoke = (body: string) =>
    handle(
      {
        version: '1.0',
        httpMethod: 'POST',
        path: '/charges',
        headers: { 'Idempotency-Key': 'k', 'Content-Type': 'application/json' },
        requestContext: { identity: { sourceIp: '203.0.113.7' } },
        body,
      },
      {},
    );
  const first = await invoke('{"amount":1}');
  assert.deepEqual([first.statusCode, first.body], [201, '{"id":1,"amount":1}']);
  const replay = await invoke('{"amount":1}');
  assert.deepEqual(
    [replay.statusCode, replay.body, replay.headers['idempotency-replayed']],
    [201, first.body, 'true'],
  );
  assert.equal((await invoke('{"amount":9999}')).statusCode, 409);
  assert.equal(executions, 1);
});

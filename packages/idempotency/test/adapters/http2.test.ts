import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { idempotency as fastifyIdempotency } from '../../src/adapters/fastify.ts';
import { idempotency as honoIdempotency } from '../../src/adapters/hono.ts';
import { idempotency as koaIdempotency } from '../../src/adapters/koa.ts';
import { idempotent } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stores/memory.ts';

const options = () => ({ store: memoryStore(), callers: 'by-address' }) as const;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly replayed: unknown;
}

/** Sends requests over one HTTP/2 connection to a server that listens. */
async function exchange(
  t: TestContext,
  server: Http2Server,
  headers: readonly Record<string, string>[],
): Promise<readonly Answer[]> {
  const session = connect(`http://127.0.0.1:${portOf(server.address())}`);
  t.after(() => session.close());
  const answers: Answer[] = [];
  for (const own of headers) {
    const stream = session.request({ ':method': 'POST', ':path': '/', ...own });
    stream.setEncoding('utf8').end('{"amount":1}');
    const chunks: string[] = [];
    stream.on('data', (chunk: string) => chunks.push(chunk));
    let head: Record<string, unknown> = {};
    stream.on('response', (received) => {
      head = received;
    });
    await once(stream, 'close');
    answers.push({
      status: Number(head[':status']),
      body: chunks.join(''),
      replayed: head['idempotency-replayed'],
    });
  }
  return answers;
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('the server has no port');
}

async function listening(t: TestContext, server: Http2Server): Promise<Http2Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

const key = { 'idempotency-key': 'k', 'content-type': 'application/json' };

/** With a key, nothing is executed. Without a key, the server continues. */
async function refuses(t: TestContext, server: Http2Server, executions: () => number): Promise<void> {
  const [first, second, plain] = await exchange(t, server, [key, key, {}]);
  for (const refused of [first, second]) {
    assert.equal(refused?.status, 505);
    assert.match(refused?.body ?? '', /"error":"http2_unsupported".*over HTTP\/1\.1/);
  }
  assert.deepEqual([plain?.status, executions()], [200, 1]);
}

test('node:http2 with a key is refused before the handler, and the process continues', async (t) => {
  let executions = 0;
  const handler = idempotent(options(), (_request, response) => {
    executions++;
    response.end('made');
  });
  // The types of the compatible API of node:http2 differ from those of node:http.
  const server = createServer();
  server.on('request', (request, response) => Reflect.apply(handler, undefined, [request, response]));
  await refuses(t, await listening(t, server), () => executions);
});

test('Fastify over HTTP/2 with a key is refused before the handler, and the process continues', async (t) => {
  let executions = 0;
  const app = fastify({ http2: true });
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    payload.on('end', () => done(null));
  });
  await app.register(async (scope) => {
    Reflect.apply(fastifyIdempotency, undefined, [scope, options()]);
    scope.post('/', async () => `made ${++executions}`);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  await refuses(t, app.server, () => executions);
});

test('Koa over HTTP/2 with a key is refused before the handler, and the process continues', async (t) => {
  let executions = 0;
  const app = new Koa();
  app.silent = true;
  app.use(koaIdempotency(options()));
  app.use((context) => {
    context.body = `made ${++executions}`;
  });
  const callback = app.callback();
  const server = createServer();
  server.on('request', (request, response) => {
    void Reflect.apply(callback, undefined, [request, response]).catch(assert.fail);
  });
  await refuses(t, await listening(t, server), () => executions);
});

test('Hono protects a request over HTTP/2 like any other', async (t) => {
  let executions = 0;
  const app = new Hono().use(honoIdempotency(options())).post('/', async (context) => {
    executions++;
    return context.json(await context.req.json());
  });
  const server = createServer();
  const serve = getRequestListener(app.fetch);
  server.on('request', (request, response) => void serve(request, response).catch(assert.fail));
  const [first, second] = await exchange(t, await listening(t, server), [key, key]);
  assert.deepEqual([first?.status, first?.body, first?.replayed], [200, '{"amount":1}', undefined]);
  assert.deepEqual([second?.body, second?.replayed, executions], ['{"amount":1}', 'true', 1]);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fastifyCors from '@fastify/cors';
import { serve } from '@hono/node-server';
import koaCors from '@koa/cors';
import cors from 'cors';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { cors as honoCors } from 'hono/cors';
import Koa from 'koa';
import { idempotency as expressIdempotency } from '../../src/adapters/express.ts';
import { idempotency as fastifyIdempotency } from '../../src/adapters/fastify.ts';
import { idempotency as honoIdempotency } from '../../src/adapters/hono.ts';
import { idempotency as koaIdempotency } from '../../src/adapters/koa.ts';
import type { IdempotencyStore } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { listening } from './harness/listening.ts';

const origin = 'https://shop.example';
const exposed = ['Idempotency-Replayed', 'Retry-After'];
const options = (): {
  readonly store: IdempotencyStore;
  readonly callers: 'by-address';
  readonly waitMs: 0;
} => ({
  store: memoryStore(),
  callers: 'by-address',
  waitMs: 0,
});

/** An app with CORS in front of the protection, whose handler waits at a gate. */
type Start = (t: TestContext, gate: Gate) => Promise<number>;

const apps: Readonly<Record<string, Start>> = {
  Express: async (t, gate) => {
    const app = express();
    app.use(cors({ origin, exposedHeaders: exposed }), expressIdempotency(options()));
    app.post('/', async (_request, response) => {
      await gate.pass();
      response.status(201).json({});
    });
    const server = await listening(app);
    t.after(() => server.close());
    return server.port;
  },
  Fastify: async (t, gate) => {
    const app = fastify({ forceCloseConnections: true });
    t.after(() => app.close());
    await app.register(fastifyIdempotency, options());
    await app.register(fastifyCors, { origin, exposedHeaders: exposed });
    app.post('/', async (_request, reply) => {
      await gate.pass();
      return reply.code(201).send({});
    });
    return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
  },
  Koa: async (t, gate) => {
    const app = new Koa();
    app.use(koaCors({ origin, exposeHeaders: exposed }));
    app.use(koaIdempotency(options()));
    app.use(async (context) => {
      await gate.pass();
      context.status = 201;
      context.body = {};
    });
    const callback = app.callback();
    const server = await listening((request, response) => {
      callback(request, response).catch(() => response.destroy());
    });
    t.after(() => server.close());
    return server.port;
  },
  Hono: async (t, gate) => {
    const app = new Hono();
    app.use(honoCors({ origin, exposeHeaders: exposed }), honoIdempotency(options()));
    app.post('/', async (context) => {
      await gate.pass();
      return context.json({}, 201);
    });
    const { promise, resolve } = Promise.withResolvers<number>();
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
    t.after(() => server.close());
    return promise;
  },
};

const post = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      Origin: origin,
      'Idempotency-Key': 'k',
      'Content-Type': 'application/json',
      Connection: 'close',
    },
    body: '{}',
  });

for (const [framework, start] of Object.entries(apps)) {
  test(`${framework}, CORS in front: a page can read the first answer, the one in flight and the replay`, async (t) => {
    const gate = new Gate();
    gate.close();
    const port = await start(t, gate);
    const first = post(port);
    await gate.arrival();
    const inFlight = await post(port);
    gate.open();
    const replay = await first.then(() => post(port));
    assert.deepEqual([(await first).status, inFlight.status, replay.status], [201, 409, 201]);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
    for (const { headers } of [await first, inFlight, replay]) {
      assert.equal(headers.get('access-control-allow-origin'), origin);
      assert.equal(headers.get('access-control-expose-headers')?.replaceAll(' ', ''), exposed.join(','));
    }
  });
}

test('CORS inside the protection: a page cannot read a replay or a refusal', async (t) => {
  const app = express();
  app.use(expressIdempotency(options()), cors({ origin }));
  app.post('/', (_request, response) => response.status(201).json({}));
  const server = await listening(app);
  t.after(() => server.close());
  const [first, replay] = [await post(server.port), await post(server.port)];
  assert.deepEqual(
    [first, replay].map(({ headers }) => headers.get('access-control-allow-origin')),
    [origin, null],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { idempotency, idempotencyHook, operationOf } from '../../src/adapters/fastify.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';

const keyed = (url: string, payload: object = { amount: 1 }) => ({
  method: 'POST' as const,
  url,
  payload,
  headers: { 'idempotency-key': 'k' },
});

async function withApp(run: (app: FastifyInstance) => Promise<void>): Promise<void> {
  const app = fastify();
  try {
    await run(app);
  } finally {
    await app.close();
  }
}

test('registered in a scope, the plugin protects only that scope', () =>
  withApp(async (app) => {
    let executions = 0;
    await app.register(async (scope) => {
      await scope.register(idempotency, { store: memoryStore(), callers: 'by-address' });
      scope.post('/inside', async () => ++executions);
    });
    app.post('/outside', async () => ++executions);
    const bodies: string[] = [];
    for (const url of ['/inside', '/inside', '/outside', '/outside'])
      bodies.push((await app.inject(keyed(url))).body);
    assert.deepEqual(bodies, ['1', '1', '2', '3']);
  }));

test('a mistake in the options rejects the registration', () =>
  withApp(async (app) => {
    await assert.rejects(
      async () => app.register(idempotency, { store: memoryStore(), callers: 'by-address', waitMs: -1 }),
      {
        code: 'invalid_options',
      },
    );
  }));

test('the hooks of Fastify see a replay like any other answer, each once', () =>
  withApp(async (app) => {
    const seen: string[] = [];
    app.addHook('onSend', async (_request, reply) => {
      seen.push(`send ${reply.statusCode}`);
    });
    app.addHook('onResponse', async (_request, reply) => {
      seen.push(`response ${reply.statusCode}`);
    });
    app.post(
      '/',
      { preHandler: idempotencyHook({ store: memoryStore(), callers: 'by-address' }) },
      (_request, reply) => reply.code(201).send({ id: 1 }),
    );
    const answers = [
      await app.inject(keyed('/')),
      await app.inject(keyed('/')),
      await app.inject(keyed('/', {})),
    ];
    assert.deepEqual(
      answers.map((answer) => [answer.statusCode, answer.headers['idempotency-replayed']]),
      [
        [201, undefined],
        [201, 'true'],
        [409, undefined],
      ],
    );
    const each = [201, 201, 409].flatMap((status) => [`send ${status}`, `response ${status}`]);
    assert.deepEqual(seen, each);
  }));

test('a hook of the app that fails after the protection leaves the key free', () =>
  withApp(async (app) => {
    let failures = 1;
    app.addHook(
      'preHandler',
      idempotencyHook<FastifyRequest>({ store: memoryStore(), callers: 'by-address' }),
    );
    app.addHook('preHandler', async () => {
      if (failures-- > 0) throw new Error('no database');
    });
    app.post('/', async (request) => operationOf(request)?.fencingToken);
    assert.equal((await app.inject(keyed('/'))).statusCode, 500);
    const second = await app.inject(keyed('/'));
    assert.deepEqual([second.statusCode, second.headers['idempotency-replayed']], [200, undefined]);
  }));

test('a request that the framework has answered while its key was claimed is not executed, and its key is free', () =>
  withApp(async (app) => {
    const claims = new Gate();
    const store = memoryStore();
    let executions = 0;
    const gated = {
      ...boundVerbs(store),
      claim: async (...args: Parameters<typeof store.claim>) => {
        await claims.pass();
        return store.claim(...args);
      },
    };
    const preHandler = idempotencyHook<FastifyRequest>({ store: gated, callers: 'by-address' });
    app.post('/', { preHandler, handlerTimeout: 50 }, async () => ++executions);
    claims.close();
    assert.equal((await app.inject(keyed('/'))).statusCode, 503);
    claims.open();
    assert.equal((await app.inject(keyed('/'))).body, '1');
    assert.equal(executions, 1);
  }));

test('a key in headers that a hook has replaced protects its request', () =>
  withApp(async (app) => {
    let executions = 0;
    app.addHook('onRequest', async (request) => {
      request.headers = { ...request.headers, 'idempotency-key': String(request.headers['x-order']) };
    });
    await app.register(idempotency, { store: memoryStore(), callers: 'by-address' });
    app.post('/', async () => ++executions);
    const order = { method: 'POST' as const, url: '/', headers: { 'x-order': 'o-1' } };
    for (const replayed of [undefined, 'true']) {
      const { body, headers } = await app.inject(order);
      assert.deepEqual([body, headers['idempotency-replayed']], ['1', replayed]);
    }
  }));

test('the signal of a request is not read on a route without a timeout: Fastify makes it when it is read', () =>
  withApp(async (app) => {
    let reads = 0;
    app.addHook('onRequest', async (request) => {
      Object.defineProperty(request, 'signal', {
        get: () => {
          reads++;
          return AbortSignal.abort();
        },
      });
    });
    await app.register(idempotency, { store: memoryStore(), callers: 'by-address' });
    app.post('/plain', async () => 'made');
    app.post('/bounded', { handlerTimeout: 60_000 }, async () => 'made');
    for (const url of ['/plain', '/plain']) assert.equal((await app.inject(keyed(url))).body, 'made');
    assert.equal(reads, 0);
    await app.inject({ ...keyed('/bounded'), headers: { 'idempotency-key': 'other' } });
    assert.equal(reads, 1);
  }));

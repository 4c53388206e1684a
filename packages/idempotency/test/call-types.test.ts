import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NestFactory } from '@nestjs/core';
import type { Request as ExpressRequest } from 'express';
import fastify, { type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import { idempotency as fastifyIdempotency, idempotencyHook } from '../src/adapters/fastify.ts';
import { idempotent } from '../src/adapters/fetch.ts';
import { idempotency as honoIdempotency } from '../src/adapters/hono.ts';
import { IdempotencyModule } from '../src/adapters/nest.ts';
import { memoryStore } from '../src/stores/memory.ts';
import { controllerOf, rootOf } from './adapters/harness/nest-charges.ts';

// Calls as an application writes them. The compiler checks their types, and running them checks the rest.

declare module 'fastify' {
  interface FastifyRequest {
    /** set by the application's authentication */
    tenant?: string;
  }
}

interface AppEnv {
  Variables: { tenant: string };
}

/** The second argument that Next.js passes to a route handler. */
interface RouteContext {
  readonly params: Promise<{ readonly account: string }>;
}

const store = memoryStore();
const write = {
  method: 'POST',
  headers: { 'idempotency-key': 'k', 'content-type': 'application/json' },
  body: '{}',
} as const;

/** The statuses of a request and its retry, and whether the second answer was a replay. */
async function twice(send: () => Promise<Response> | Response): Promise<readonly unknown[]> {
  const first = await send();
  const retry = await send();
  return [first.status, retry.status, retry.headers.get('idempotency-replayed')];
}

test('Hono: the options know the variables of the app', async () => {
  const app = new Hono<AppEnv>();
  app.use(async (context, next) => {
    context.set('tenant', 'acme');
    await next();
  });
  app.use(honoIdempotency({ store, tenantOf: (context: Context<AppEnv>) => context.get('tenant') }));
  app.use('/named', honoIdempotency<AppEnv>({ store, tenantOf: ({ var: { tenant } }) => tenant }));
  // @ts-expect-error there is no such variable
  app.use('/misspelled', honoIdempotency<AppEnv>({ store, tenantOf: (context) => context.get('tennant') }));
  app.post('/', (context) => context.json({ tenant: context.get('tenant') }, 201));
  assert.deepEqual(await twice(() => app.request('/', write)), [201, 201, 'true']);
});

test("Fastify: tenantOf takes Fastify's own request, even one that the app has extended", async (t) => {
  const app = fastify();
  t.after(() => app.close());
  app.addHook('onRequest', async (request) => {
    request.tenant = 'globex';
  });
  await app.register(fastifyIdempotency, { store, tenantOf: (request: FastifyRequest) => request.tenant });
  const preHandler = idempotencyHook({ store, tenantOf: (request: FastifyRequest) => request.tenant });
  // @ts-expect-error there is no such option
  assert.throws(() => idempotencyHook({ store, callers: 'by-address', leaseMS: 1 }), /no option leaseMS/);
  app.post('/hooked', { preHandler }, async (_request, reply) => reply.code(201).send({}));
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/hooked`;
  assert.deepEqual(await twice(() => fetch(url, write)), [201, 201, 'true']);
});

test("Nest: tenantOf takes the platform's request with the members that the app's guards added, even from a factory", async (t) => {
  type RequestWithUser = ExpressRequest & { user?: { id: number } };
  const authenticated = (request: RequestWithUser, _response: unknown, next: () => void) => {
    request.user = { id: 7 };
    next();
  };
  const tenantOf = (request: RequestWithUser) => request.user?.id.toString();
  const apart = memoryStore();
  const modules = [
    IdempotencyModule.forRoot({ store: apart, tenantOf }),
    IdempotencyModule.forRootAsync({ useFactory: async () => ({ store: memoryStore(), tenantOf }) }),
  ];
  for (const module of modules) {
    const app = await NestFactory.create(
      rootOf(
        controllerOf(() => ({})),
        module,
      ),
      { logger: false },
    );
    t.after(() => app.close());
    app.use(authenticated);
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/charges`;
    assert.deepEqual(await twice(() => fetch(url, write)), [201, 201, 'true']);
  }
});

test("fetch: a route handler of Next.js keeps its request's and its context's types", async () => {
  class NextRequestLike extends Request {
    readonly nextUrl = new URL(this.url);
  }
  const POST = idempotent(
    {
      store,
      tenantOf: async (_request: NextRequestLike, { params }: RouteContext) => (await params).account,
    },
    async (request: NextRequestLike, { params }: RouteContext) =>
      Response.json({ path: request.nextUrl.pathname, account: (await params).account }, { status: 201 }),
  );
  const context: RouteContext = { params: Promise.resolve({ account: 'initech' }) };
  const send = () => POST(new NextRequestLike('http://localhost/charges', write), context);
  assert.deepEqual(await twice(send), [201, 201, 'true']);
  const inferred = idempotent(
    { store, tenantOf: () => 'initech' },
    (_request: Request, _context: RouteContext) => Response.json({}),
  );
  // @ts-expect-error the handler's context is missing
  const withoutContext = () => inferred(new Request('http://localhost/', write));
  assert.equal(typeof withoutContext, 'function');
  const knownByOptions = idempotent(
    { store, tenantOf: async (_request: Request, { params }: RouteContext) => (await params).account },
    () => Response.json({}),
  );
  assert.equal(
    (await knownByOptions(new Request('http://localhost/', { method: 'POST' }), context)).status,
    200,
  );
});

test('shouldStore receives the body as text', async () => {
  const handler = idempotent(
    {
      store,
      tenantOf: () => 'umbrella',
      shouldStore: ({ status, headers, body }) =>
        status < 500 && headers.length > 0 && body?.includes('"errors"') !== true,
    },
    () => Response.json({ errors: [] }),
  );
  const send = () => handler(new Request('http://localhost/graphql', write));
  assert.deepEqual(await twice(send), [200, 200, null]);
});

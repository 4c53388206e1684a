import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { idempotency } from '@billonce/idempotency/express';
import { idempotency as idempotencyOfFastify } from '@billonce/idempotency/fastify';
import { memoryStore } from '@billonce/idempotency/memory';
import express from 'express';
import { fastify } from 'fastify';
import type { ProfileName } from '../src/profile.ts';
import { runConformance } from '../src/run.ts';
import { planFor } from './harness/plans.ts';

/** An API on a framework: the number of executions, and its address. */
interface Api {
  readonly port: number;
  readonly executions: () => number;
}

type Dialect = 'default' | 'ietf' | 'stripe' | 'acp' | 'ucp' | 'adcp';

type Start = (t: TestContext, profile: Dialect) => Promise<Api>;

/** Answers of the UCP profile are kept for longer than the memory store keeps keys by default. */
const retentionMs = 172_800_000;

const tenantOf = (headers: Readonly<Record<string, unknown>>) => String(headers['authorization'] ?? 'none');

function isCharge(value: unknown): value is { readonly amount: number } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'amount') === 'number';
}

const onExpress: Start = async (t, profile) => {
  let executions = 0;
  const app = express();
  // Otherwise Express prints the errors that the checks cause.
  app.set('env', 'test');
  app.get('/count', (_request, response) => void response.json({ executions }));
  app.use(express.json());
  app.use(
    idempotency({ store: memoryStore(), profile, retentionMs, tenantOf: ({ headers }) => tenantOf(headers) }),
  );
  app.post('/charges', (request, response) => {
    if (!isCharge(request.body)) return void response.status(400).json({ error: 'invalid_request' });
    executions += 1;
    response.status(201).location(`/charges/${executions}`).json({ charge: crypto.randomUUID() });
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, executions: () => executions };
};

const onFastify: Start = async (t, profile) => {
  let executions = 0;
  const app = fastify();
  app.get('/count', () => ({ executions }));
  await app.register(async (routes) => {
    await routes.register(idempotencyOfFastify, {
      store: memoryStore(),
      profile,
      tenantOf: ({ headers }) => tenantOf(headers),
    });
    routes.post('/charges', (request, reply) => {
      if (!isCharge(request.body)) return reply.code(400).send({ error: 'invalid_request' });
      executions += 1;
      return reply
        .code(201)
        .header('location', `/charges/${executions}`)
        .send({ charge: crypto.randomUUID() });
    });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const [address] = app.addresses();
  return { port: typeof address === 'object' ? address.port : 0, executions: () => executions };
};

const profiles: readonly (readonly [ProfileName, Dialect])[] = [
  ['default', 'default'],
  ['draft-07', 'ietf'],
  ['stripe', 'stripe'],
];
const protocols: typeof profiles = [
  ['acp', 'acp'],
  ['ucp', 'ucp'],
  ['adcp', 'adcp'],
];

for (const [framework, start, spoken] of [
  ['Express', onExpress, [...profiles, ...protocols]],
  ['Fastify', onFastify, profiles],
] as const) {
  for (const [profile, dialect] of spoken) {
    test(`an API on ${framework} with the library passes in the profile ${profile}`, async (t) => {
      const api = await start(t, dialect);
      const result = await runConformance(
        planFor(`http://127.0.0.1:${api.port}/charges`, {
          profile,
          count: { kind: 'url', url: new URL(`http://127.0.0.1:${api.port}/count`) },
          otherCaller: [['Authorization', 'Bearer two']],
        }),
      );
      assert.ok(result.kind === 'reported', result.kind === 'not-run' ? result.reason : '');
      const { checks } = result.report;
      for (const { id, verdict, reason } of checks) {
        assert.ok(verdict === 'passed' || verdict === 'not-applicable', `${id} ${verdict}: ${reason}`);
      }
      assert.ok(checks.filter(({ verdict }) => verdict === 'passed').length >= 25);
      assert.ok(api.executions() > 40);
    });
  }
}

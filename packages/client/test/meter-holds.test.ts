// Tests meters that reserve before the handler runs, with real servers, prepaid agents and each framework.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, type TestContext, test } from 'node:test';
import { createBillonce, type UsageItem } from '@billonce/client';
import { meter as expressMeter, type MeterHold } from '@billonce/client/express';
import { meter as fastifyMeter } from '@billonce/client/fastify';
import { meter as fetchMeter } from '@billonce/client/fetch';
import { meter as honoMeter } from '@billonce/client/hono';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { Hono } from 'hono';
import { listening } from './harness/listening.ts';
import { TestServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
const service = 'search';
await billonce.services.put({ serviceId: service, price: '1' });

/** A running API, with facts that its answers do not show. */
interface Api {
  readonly url: string;
  /** how often a handler ran */
  readonly runs: () => number;
  readonly lost: readonly unknown[];
}

interface Metered {
  readonly hold: MeterHold<unknown>;
  readonly onRun: () => void;
  readonly onLost: (usage: Partial<UsageItem>, error: unknown) => void;
}

/** The usage of a request without a captured hold would be added here, which must not happen. */
const recorder = { add: (item: UsageItem) => assert.fail(`recorded without a hold: ${item.agent}`) };

const frameworks: Readonly<Record<string, (t: TestContext, metered: Metered) => Promise<string>>> = {
  Express: (t, { hold, onRun, onLost }) => {
    const app = express();
    app.use(
      expressMeter({
        ...{ recorder, service, hold, onLost },
        agent: (request: express.Request) => request.get('x-agent'),
        requests: (_request, response: express.Response) => Number(response.get('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (_request, response) => {
      onRun();
      response.set('x-tokens', '3').send('ok');
    });
    app.all('/error', (_request, response) => void response.status(500).send('no'));
    return listening(t, createServer(app));
  },
  Fastify: async (t, { hold, onRun, onLost }) => {
    const app = fastify();
    t.after(() => app.close());
    app.addHook(
      'onRequest',
      fastifyMeter({
        ...{ recorder, service, hold, onLost },
        agent: ({ raw }: FastifyRequest) => raw.headers['x-agent']?.toString(),
        requests: (_request, reply: FastifyReply) => Number(reply.getHeader('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (_request, reply) => {
      onRun();
      return reply.header('x-tokens', '3').send('ok');
    });
    app.all('/error', (_request, reply) => reply.code(500).send('no'));
    return await app.listen({ port: 0, host: '127.0.0.1' });
  },
  Hono: (t, { hold, onRun, onLost }) => {
    const app = new Hono();
    app.use(
      honoMeter({
        ...{ recorder, service, hold, onLost },
        agent: (context) => context.req.header('x-agent'),
        requests: (context) => Number(context.res.headers.get('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (context) => {
      onRun();
      return context.text('ok', 200, { 'x-tokens': '3' });
    });
    app.all('/error', (context) => context.text('no', 500));
    return served(t, app.fetch);
  },
  fetch: (t, { hold, onRun, onLost }) =>
    served(
      t,
      fetchMeter(
        {
          ...{ recorder, service, hold, onLost },
          agent: ({ headers }: Request) => headers.get('x-agent') ?? undefined,
          requests: (_request, response) => Number(response.headers.get('x-tokens') ?? 1),
        },
        ({ url }) => {
          if (url.endsWith('/error')) return new Response('no', { status: 500 });
          onRun();
          return new Response('ok', { headers: { 'x-tokens': '3' } });
        },
      ),
    ),
};

async function served(
  t: TestContext,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const app = serve({ fetch: handler, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
  t.after(() => void app.close());
  return `http://127.0.0.1:${await promise}`;
}

async function start(t: TestContext, name: string, hold?: Partial<MeterHold<unknown>>): Promise<Api> {
  let runs = 0;
  const lost: unknown[] = [];
  const url = await frameworks[name]?.(t, {
    hold: { billonce, reserve: { requests: 5 }, ...hold },
    onRun: () => {
      runs += 1;
    },
    onLost: (_usage, error) => lost.push(error),
  });
  assert.ok(url !== undefined);
  return { url, runs: () => runs, lost };
}

async function send(url: string, agent: string, key?: string) {
  const keyed = key === undefined ? {} : { 'idempotency-key': key };
  const headers = { 'x-agent': agent, connection: 'close', ...keyed };
  const response = await fetch(url, { method: 'POST', headers });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function prepaid(agent: string, amount: string): Promise<void> {
  await billonce.balances.setBilling(agent, { mode: 'prepaid' });
  await billonce.balances.grant(agent, { amount, id: `paid-${agent}` });
}

const balanceOf = async (agent: string) => {
  const { available, held } = await billonce.balances.get(agent);
  return [available, held];
};
/** A hold is captured or released after the answer. */
const settlesTo = (agent: string, available: string) =>
  until(async () => {
    const [now, held] = await balanceOf(agent);
    return now === available && held === '0';
  });

for (const name of Object.keys(frameworks)) {
  test(`with ${name}, a request is reserved, runs, and is captured for the units that it used`, async (t) => {
    const { url, runs, lost } = await start(t, name);
    const agent = `held-${name}`;
    await prepaid(agent, '9');
    assert.deepEqual((await send(`${url}/tokens`, agent)).text, 'ok');
    await settlesTo(agent, '6');
    // An error of the handler is not billed, and its reservation is released.
    assert.equal((await send(`${url}/error`, agent)).status, 500);
    await settlesTo(agent, '6');
    assert.equal((await send(`${url}/tokens`, agent, 'k')).text, 'ok');
    await settlesTo(agent, '3');
    assert.equal((await send(`${url}/tokens`, agent, 'k')).text, 'ok', 'a repeated request is answered');
    await settlesTo(agent, '3');
    // 3 are left, and 5 are reserved.
    const refused = await send(`${url}/tokens`, agent);
    assert.deepEqual([refused.status, refused.type], [402, 'application/json']);
    const { error, available, required } = JSON.parse(refused.text);
    assert.deepEqual([error, available, required], ['insufficient_balance', '3', '5']);
    assert.equal(runs(), 3, 'the handler of a refused request does not run');
    assert.deepEqual(lost, []);
    assert.equal((await billonce.usage.total({ agent, serviceId: service })).total, 6);
  });

  test(`with ${name}, a request beyond a limit gets its 429, and one that cannot be reserved 503`, async (t) => {
    const api = await start(t, name);
    const agent = `limited-${name}`;
    await billonce.call('putLimit', {
      params: { name: agent },
      body: { agent, window: 'day', max: { quantity: '6' }, action: 'refuse' },
    });
    assert.equal((await send(`${api.url}/tokens`, agent)).status, 200);
    await until(async () => (await billonce.usage.total({ agent, serviceId: service })).total === 3);
    const refused = await send(`${api.url}/tokens`, agent);
    assert.deepEqual([refused.status, JSON.parse(refused.text).error], [429, 'limit_reached']);
    const gone = createBillonce({ url: 'http://127.0.0.1:9', attemptsMax: 1 });
    const closed = await start(t, name, { billonce: gone });
    const unreserved = await send(`${closed.url}/tokens`, `gone-${name}`);
    assert.deepEqual([unreserved.status, JSON.parse(unreserved.text).error], [503, 'hold_unavailable']);
    assert.deepEqual([api.runs(), closed.runs(), closed.lost.length], [1, 0, 1]);
  });
}

test('a request without an agent is not held, and a function that fails is reported', async (t) => {
  const reserve = () => {
    throw new Error('no estimate');
  };
  const { url, runs, lost } = await start(t, 'Express', { reserve });
  assert.equal((await fetch(`${url}/tokens`)).status, 200);
  assert.equal((await send(`${url}/tokens`, 'anyone')).status, 503);
  assert.deepEqual([runs(), String(lost[0])], [1, 'Error: no estimate']);
});

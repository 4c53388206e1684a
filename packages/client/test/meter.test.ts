import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { after, type TestContext, test } from 'node:test';
import { createBillonce, type Recorder, type UsageItem } from '@billonce/client';
import { meter as expressMeter } from '@billonce/client/express';
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
await billonce.services.put({ serviceId: 'search', priceStroops: 1 });

function openRecorder(): Recorder {
  return billonce.recorder({ onRefused: (item, { message }) => assert.fail(`${item.id}: ${message}`) });
}

/** A recorder that counts its items. A request is metered after its answer, so tests wait for the count. */
function counting(recorder: Recorder) {
  let added = 0;
  const add = (item: UsageItem): string => {
    added += 1;
    return recorder.add(item);
  };
  return { add, hasAdded: (items: number) => until(() => added === items) };
}

const service = 'search';

/** Starts an API with each framework. It has an answer with `x-tokens`, an error, and an answer that is not billed. */
const frameworks: Readonly<
  Record<string, (t: TestContext, recorder: Pick<Recorder, 'add'>) => Promise<string>>
> = {
  async Express(t, recorder) {
    const app = express();
    app.use(
      expressMeter({
        ...{ recorder, service },
        agent: (request: express.Request) => request.get('x-agent'),
        requests: (_request, response: express.Response) => Number(response.get('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (_request, response) => void response.set('x-tokens', '7').send('ok'));
    app.all('/one', (_request, response) => void response.send('ok'));
    app.all('/error', (_request, response) => void response.status(500).send('no'));
    return listening(t, createServer(app));
  },
  async Fastify(t, recorder) {
    const app = fastify({ forceCloseConnections: true });
    t.after(() => app.close());
    app.addHook(
      'onRequest',
      fastifyMeter({
        ...{ recorder, service },
        agent: ({ raw }: FastifyRequest) => raw.headers['x-agent']?.toString(),
        requests: (_request, reply: FastifyReply) => Number(reply.getHeader('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (_request, reply) => reply.header('x-tokens', '7').send('ok'));
    app.all('/one', (_request, reply) => reply.send('ok'));
    app.all('/error', (_request, reply) => reply.code(500).send('no'));
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
  async Hono(t, recorder) {
    const app = new Hono();
    app.use(
      honoMeter({
        ...{ recorder, service },
        agent: (context) => context.req.header('x-agent'),
        requests: (context) => Number(context.res.headers.get('x-tokens') ?? 1),
      }),
    );
    app.all('/tokens', (context) => context.text('ok', 200, { 'x-tokens': '7' }));
    app.all('/one', (context) => context.text('ok'));
    app.all('/error', (context) => context.text('no', 500));
    return served(t, app.fetch);
  },
  async fetch(t, recorder) {
    const handler = fetchMeter(
      {
        ...{ recorder, service },
        agent: ({ headers }: Request) => headers.get('x-agent') ?? undefined,
        requests: async (_request, response) =>
          Number((await response.clone().text()) === 'ok' ? (response.headers.get('x-tokens') ?? 1) : 1),
      },
      ({ url }) => {
        const headers: Record<string, string> = url.endsWith('/tokens') ? { 'x-tokens': '7' } : {};
        return url.endsWith('/error') ? new Response('no', { status: 500 }) : new Response('ok', { headers });
      },
    );
    return served(t, handler);
  },
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

for (const [name, start] of Object.entries(frameworks)) {
  test(`with ${name}, answers are billed, errors are not, and a repeated key is billed once`, async (t) => {
    const recorder = openRecorder();
    const counted = counting(recorder);
    const url = await start(t, counted);
    const agent = `agent-of-${name}`;
    const send = async (path: string, key?: string, who = agent) => {
      const headers = {
        'x-agent': who,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        connection: 'close',
      };
      const response = await fetch(url + path, { method: 'POST', headers });
      return response.text();
    };
    assert.equal(await send('/tokens'), 'ok');
    await send('/tokens', 'key-1');
    await send('/tokens', 'key-1');
    await send('/one', 'key-1');
    await send('/one', 'key-1', `other-${name}`);
    await send('/error');
    await counted.hasAdded(5);
    const counts = await recorder.close();
    assert.deepEqual([counts.waiting, counts.refused], [0, 0]);
    assert.equal((await billonce.usage.total({ agent, serviceId: service })).total, 7 + 7 + 1);
    assert.equal((await billonce.usage.total({ agent: `other-${name}`, serviceId: service })).total, 1);
  });
}

function collecting() {
  const items: UsageItem[] = [];
  const recorder = { add: (item: UsageItem) => `id-${items.push(item)}` };
  return { items, recorder };
}

/** An API on Express with the given options. */
async function startApi(
  t: TestContext,
  options: Omit<Parameters<typeof expressMeter>[0], 'agent' | 'service'>,
) {
  const app = express();
  app.use(expressMeter({ ...options, agent: () => 'agent-7', service }));
  app.get('/endless', (_request, response) => void response.write('beginning'));
  app.get('/', (_request, response) => void response.send('ok'));
  return listening(t, createServer(app));
}

test('a GET is billed each time, under any key: it is executed each time', async (t) => {
  const { items, recorder } = collecting();
  const url = await startApi(t, { recorder });
  for (let request = 0; request < 2; request += 1) {
    await fetch(url, { headers: { 'idempotency-key': 'always-the-same' } });
  }
  await until(() => items.length === 2);
  assert.deepEqual(
    items.map(({ id }) => id),
    [undefined, undefined],
  );
});

test('a client that leaves after the answer began is billed', async (t) => {
  const { items, recorder } = collecting();
  const url = await startApi(t, { recorder });
  const request = get(`${url}/endless`);
  const [response] = await once(request, 'response');
  await once(response, 'data');
  request.destroy();
  await until(() => items.length > 0);
  assert.deepEqual(items, [{ agent: 'agent-7', serviceId: service, requests: 1 }]);
});

test('if the count function fails or the recorder is closed, the lost usage is reported and the API still answers', async (t) => {
  const lost: unknown[] = [];
  const onLost = (usage: object, error: unknown) => void lost.push([usage, String(error)]);
  const recorder = openRecorder();
  await recorder.close();
  const closed = await startApi(t, { recorder, onLost });
  const failing = await startApi(t, {
    ...{ recorder, onLost },
    requests: () => assert.fail('no count'),
  });
  for (const url of [closed, failing]) assert.equal(await (await fetch(url)).text(), 'ok');
  await until(() => lost.length === 2);
  const usage = { agent: 'agent-7', serviceId: service, requests: 1 };
  assert.deepEqual(lost[0], [usage, 'BillonceError: the recorder is closed and takes no more usage']);
  assert.match(String(lost[1]), /no count/);
});

test('an API answers while the billing server is down, and its usage waits', async (t) => {
  const client = createBillonce({ url: 'http://127.0.0.1:1', baseDelayMs: 1, maxDelayMs: 20 });
  const recorder = client.recorder({ onRefused: () => assert.fail(), deadlineMs: 50, pauseMsMax: 20 });
  const counted = counting(recorder);
  const url = await startApi(t, { recorder: counted });
  for (let request = 0; request < 20; request += 1) assert.equal((await fetch(url)).status, 200);
  await counted.hasAdded(20);
  assert.equal((await recorder.close({ deadlineMs: 100 })).waiting, 20);
});

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { streamSSE } from 'hono/streaming';
import { validator } from 'hono/validator';
import { type HonoOptions, idempotency, operationOf } from '../../src/adapters/hono.ts';
import type { ExecutionOutcome } from '../../src/core/observer.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { onTheWire, write } from '../../src/testing/adapter-laws/wire.ts';
import { honoSubject } from './harness/hono-subject.ts';
import { listening } from './harness/listening.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('Hono', honoSubject({ isLight: true }));
runAdapterLaws('Hono with requests and responses of other runtimes', honoSubject({ isLight: false }));

async function serve(
  t: TestContext,
  app: { readonly fetch: Parameters<typeof getRequestListener>[0] },
): Promise<number> {
  const listener = getRequestListener(app.fetch);
  const server = await listening((incoming, outgoing) => {
    listener(incoming, outgoing).catch(() => outgoing.destroy());
  });
  t.after(() => server.close());
  return server.port;
}

function post(
  port: number,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<Response> {
  const init = body === undefined ? {} : { body };
  return fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'k', ...headers },
    ...init,
  });
}

function protection(more: Partial<HonoOptions> = {}) {
  return idempotency({ store: memoryStore(), callers: 'by-address', ...more });
}

describe('Hono', () => {
  test('passes the handler the whole body, no matter how it reads it', async (t) => {
    const app = new Hono();
    app.onError((error, context) => context.text(String(error), 500));
    app.use(protection());
    app.post('/', async (context) => {
      const { req } = context;
      switch (req.header('x-way') ?? '') {
        case 'raw text':
          return context.text(await req.raw.text());
        case 'raw stream':
          return new Response(req.raw.body);
        case 'raw clone':
          return context.text(`${await req.raw.clone().text()}${(await req.text()).slice(4)}`);
        case 'new Request':
          return context.text(await new Request(req.raw).text());
        case 'arrayBuffer, then json':
          await req.arrayBuffer();
          return context.text(JSON.stringify(await req.json()));
        case 'blob':
          return context.text(await (await req.blob()).text());
        case 'nothing':
          return context.text('"a"');
        default:
          return context.text(`${await req.text()}`);
      }
    });
    const port = await serve(t, app);
    const ways = [
      'raw text',
      'raw stream',
      'raw clone',
      'new Request',
      'arrayBuffer, then json',
      'blob',
      'nothing',
      '',
    ];
    for (const way of ways) {
      const headers = { 'X-Way': way, 'Idempotency-Key': `k-${way.replaceAll(/\W/g, '-')}` };
      for (const replayed of [null, 'true']) {
        const answer = await post(port, way === 'raw clone' ? '"a" ' : '"a"', headers);
        assert.deepEqual(
          [answer.headers.get('idempotency-replayed'), (await answer.text()).trim()],
          [replayed, '"a"'],
          way,
        );
      }
    }
  });

  test('keeps the light requests and responses of its server for Node light', async (t) => {
    const app = new Hono();
    const seen: boolean[] = [];
    let made: Response | undefined;
    app.use(async (context, next) => {
      const { raw } = context.req;
      await next();
      seen.push(context.req.raw === raw, context.res === made);
      const symbols = [raw, context.res].flatMap(Object.getOwnPropertySymbols);
      seen.push(symbols.some(({ description }) => /requestCache|responseCache/.test(`${description}`)));
    });
    app.use(protection());
    app.post('/', async (context) => {
      made = context.json(await context.req.json());
      return made;
    });
    const port = await serve(t, app);
    assert.equal((await post(port, '{}')).status, 200);
    assert.deepEqual(seen, [true, true, false]);
  });

  test('does not inform the handler of a client that hangs up', async (t) => {
    for (const isLight of [true, false]) {
      const app = new Hono<{ Bindings: HttpBindings }>();
      const [begun, hungUp, ended] = [new Gate(), new Gate(), new Gate()];
      hungUp.close();
      const signals: AbortSignal[] = [];
      app.use(async (context, next) => {
        context.env.outgoing.on('close', () => hungUp.open());
        if (!isLight) context.req.raw = new Request(context.req.raw);
        await next();
      });
      app.use(protection({ observer: (event) => event.kind === 'execution_ended' && ended.arrive() }));
      app.post('/', async (context) => {
        begun.arrive();
        await hungUp.pass();
        const forwarded = new Request(context.req.raw);
        signals.push(context.req.raw.signal, forwarded.signal);
        return context.text(await forwarded.text());
      });
      const port = await serve(t, app);
      const headers = [['Idempotency-Key', 'k']] as const;
      const socket = await write(port, onTheWire(port, { path: '/', headers, body: 'bytes' }));
      await begun.arrival();
      socket.destroy();
      await ended.arrival();
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [false, false],
      );
    }
  });

  test('sends the headers of an outer middleware with a replay', async (t) => {
    const app = new Hono();
    app.use(cors({ origin: 'https://a.example', credentials: true }));
    app.use(async (context, next) => {
      context.header('X-Prepared', 'yes');
      await next();
    });
    app.use(protection());
    app.post('/', (context) => {
      context.header('Link', '<a>', { append: true });
      context.header('Link', '<b>', { append: true });
      return context.body(null, 204);
    });
    const port = await serve(t, app);
    for (const replayed of [null, 'true']) {
      const { status, headers } = await post(port, 'x', { Origin: 'https://a.example' });
      assert.deepEqual(
        [status, headers.get('idempotency-replayed'), headers.get('link')],
        [204, replayed, '<a>, <b>'],
      );
      assert.equal(headers.get('access-control-allow-origin'), 'https://a.example');
      assert.equal(headers.get('x-prepared'), 'yes');
    }
  });

  test('keeps the events of a stream to their end', async (t) => {
    const app = new Hono();
    app.use(protection());
    app.post('/', (context) =>
      streamSSE(context, async (stream) => {
        for (const data of ['one', 'two']) await stream.writeSSE({ data });
      }),
    );
    const port = await serve(t, app);
    const first = await (await post(port, 'x')).text();
    assert.equal(first, 'data: one\n\ndata: two\n\n');
    const replay = await post(port, 'x');
    assert.deepEqual([replay.headers.get('content-type'), await replay.text()], ['text/event-stream', first]);
  });

  test('accepts options with the types of the app, and reports mistakes in them', () => {
    interface Own {
      readonly Variables: { readonly tenant: string };
    }
    new Hono<Own>().use(
      idempotency<Own>({ store: memoryStore(), tenantOf: (context) => context.var.tenant }),
    );
    const mistaken: object = { addressOf: 1, fingerprintBody: 2, tenantOf: 3, trustedProxies: -1 };
    assert.throws(() => protection(mistaken), /addressOf must.*fingerprintBody must/);
    assert.throws(() => protection(mistaken), /tenantOf must.*trustedProxies must/);
  });

  test('protects once if both the app and the route are protected', async (t) => {
    const twice = protection({ waitMs: 0 });
    const app = new Hono()
      .use(twice)
      .post('/', twice, (context) => context.text(`${operationOf(context)?.key}`));
    assert.equal(await (await post(await serve(t, app), 'x')).text(), 'k');
  });

  test('compares a form by the result of fingerprintBody; a form that was read before has no bytes', async (t) => {
    const form = (amount: string) => {
      const body = new FormData();
      body.append('amount', amount);
      return body;
    };
    const fingerprintBody: HonoOptions['fingerprintBody'] = (context) => context.req.parseBody();
    const app = new Hono()
      .use(protection({ fingerprintBody }))
      .post('/', async (c) => c.json(await c.req.parseBody()));
    const port = await serve(t, app);
    assert.equal(await (await post(port, form('1'))).text(), '{"amount":"1"}');
    assert.equal((await post(port, form('1'))).headers.get('idempotency-replayed'), 'true');
    assert.equal((await post(port, form('2'))).status, 409);

    const errors: unknown[] = [];
    const late = new Hono().use(async (context, next) => {
      await context.req.formData();
      await next();
    });
    late.onError((error, context) => {
      errors.push(error);
      return context.text('failed', 500);
    });
    late.use(protection()).post('/', () => assert.fail('the handler ran'));
    assert.equal((await post(await serve(t, late), form('1'))).status, 500);
    assert.match(String(errors[0]), /the form was read before/);
  });

  test('finds the body that an outer validator has read', async (t) => {
    const app = new Hono();
    const validated = validator('json', (value: number) => value);
    app.post('/', validated, protection(), async (context) =>
      context.text(`${context.req.valid('json')} ${await context.req.raw.text()}`),
    );
    const port = await serve(t, app);
    const headers = { 'Content-Type': 'application/json' };
    assert.equal(await (await post(port, '7', headers)).text(), '7 7');
    assert.equal((await post(port, '8', headers)).status, 409);
  });

  test('frees the key if something other than an error is thrown', async (t) => {
    const outcomes: ExecutionOutcome[] = [];
    const app = new Hono();
    app.use(
      protection({ observer: (event) => event.kind === 'execution_ended' && outcomes.push(event.outcome) }),
    );
    app.post('/', () => Promise.reject('not an Error'));
    await post(await serve(t, app), 'x').catch(() => undefined);
    assert.deepEqual(outcomes, ['released']);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type expressOf5 from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import { type ExpressOptions, idempotency, operationOf } from '../../../src/adapters/express.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import { header, onTheWire, send, write } from '../../../src/testing/adapter-laws/wire.ts';
import { listening } from './listening.ts';

type Protection = ReturnType<typeof idempotency<Request>>;

/** Tests the parts that only Express has, with the given version. */
export function runExpressAppTests(express: typeof expressOf5): void {
  async function withApp(
    make: (app: Express, protection: Protection) => void,
    steps: (port: number) => Promise<void>,
    options: Partial<ExpressOptions<Request>> = {},
  ): Promise<void> {
    const app = express();
    app.set('env', 'test');
    make(app, idempotency<Request>({ store: memoryStore(), callers: 'by-address', ...options }));
    const server = await listening(app);
    try {
      await steps(server.port);
    } finally {
      await server.close();
    }
  }
  const keyed = (path: string) => ({ path, headers: [['Idempotency-Key', 'k'] as const] });

  test('under a mounted router the whole path counts: the same key on two mounts is a conflict', async () => {
    const make = (app: Express, protection: Protection) => {
      const router = express.Router();
      router.post('/charges', protection, (request, response) => {
        response.json({ url: request.originalUrl });
      });
      app.use('/a', router);
      app.use('/b', router);
    };
    await withApp(make, async (port) => {
      assert.equal((await send(port, keyed('/a/charges'))).status, 200);
      assert.equal((await send(port, keyed('/b/charges'))).status, 409);
      assert.equal(header(await send(port, keyed('/a/charges')), 'idempotency-replayed'), 'true');
    });
  });

  test('a form whose files a parser has moved is refused, unless an option names what is compared', async () => {
    let executions = 0;
    const make = (app: Express, protection: Protection) => {
      app.use(async (request: Request, _response: Response, next: NextFunction) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(Buffer.from(chunk));
        request.body = { title: 'a title' };
        Object.assign(request, { file: Buffer.concat(chunks).toString() });
        next();
      });
      app.post('/', protection, (_request, response) => {
        response.json(++executions);
      });
      app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        response.status(500).json(error);
      });
    };
    const form = (body: string) => ({
      path: '/',
      headers: [
        ['Idempotency-Key', 'k'],
        ['Content-Type', 'multipart/form-data; boundary=x'],
      ] as const,
      body,
    });
    await withApp(make, async (port) => {
      const answer = await send(port, form('one file'));
      assert.deepEqual([answer.status, `${answer.body}`, executions], [500, '{"code":"unreadable_body"}', 0]);
    });
    const fingerprintBody = (request: Request) => ('file' in request ? request.file : undefined);
    await withApp(
      make,
      async (port) => {
        const statuses: number[] = [];
        for (const file of ['one', 'one', 'other']) statuses.push((await send(port, form(file))).status);
        assert.deepEqual([...statuses, executions], [200, 200, 409, 1]);
      },
      { fingerprintBody },
    );
  });

  for (const isGone of [false, true]) {
    const whose = isGone ? 'of a client that hung up' : 'of a client that waits';
    test(`an error after the first write, in an answer ${whose}, makes Express cut the connection: the operation is abandoned`, async () => {
      const outcomes: string[] = [];
      const ends = new Gate();
      const gate = new Gate();
      gate.close();
      const make = (app: Express, protection: Protection) => {
        app.post('/', protection, (_request, response, next) => {
          response.write('half of');
          gate.pass().then(() => next(new Error('in the middle')), next);
        });
      };
      const observer: ExpressOptions['observer'] = (event) => {
        if (event.kind !== 'execution_ended') return;
        outcomes.push(event.outcome);
        ends.arrive();
      };
      await withApp(
        make,
        async (port) => {
          const socket = await write(port, onTheWire(port, keyed('/')));
          const closed = once(socket, 'close');
          await gate.arrival();
          if (isGone) socket.resetAndDestroy();
          for (let trip = 0; trip < 3; trip++) await send(port, { path: '/nowhere', method: 'GET' });
          gate.open();
          await Promise.all([closed, ends.arrival()]);
          assert.deepEqual(outcomes, ['abandoned']);
          assert.match(`${(await send(port, keyed('/'))).body}`, /idempotency_outcome_unknown/);
        },
        { observer },
      );
    });
  }

  test('middleware before the protection sees the end of each answer once', async () => {
    const logged: string[] = [];
    const make = (app: Express, protection: Protection) => {
      app.use((_request: Request, response: Response, next: NextFunction) => {
        response.setHeader('Access-Control-Allow-Origin', '*');
        for (const event of ['finish', 'close']) {
          response.on(event, () =>
            logged.push(`${event} ${response.statusCode} ${response.getHeader('content-length')}`),
          );
        }
        next();
      });
      app.post('/', protection, (request, response) => {
        response.status(201).send(operationOf(request)?.key);
      });
    };
    await withApp(make, async (port) => {
      for (let times = 0; times < 2; times++) {
        assert.equal(header(await send(port, keyed('/')), 'access-control-allow-origin'), '*');
      }
      assert.equal((await send(port, keyed('/?other'))).status, 409);
    });
    assert.deepEqual(logged.slice(0, 4), ['finish 201 1', 'close 201 1', 'finish 201 1', 'close 201 1']);
    assert.deepEqual(
      logged.slice(4).map((line) => line.slice(0, 9)),
      ['finish 40', 'close 409'],
    );
  });
}

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import {
  type CanActivate,
  type DynamicModule,
  type INestApplication,
  Module,
  type NestInterceptor,
  Redirect,
  StreamableFile,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { catchError, from, map, type Observable } from 'rxjs';
import {
  IdempotencyInterceptor,
  IdempotencyModule,
  Idempotent,
  type NestAsyncOptions,
  type NestOptions,
  operationOf,
  SkipIdempotency,
} from '../../../src/adapters/nest.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import { served } from './nest-app.ts';
import { controllerOf, hangUp, post, rootOf, Watch } from './nest-charges.ts';

/** Creates an app. `log` receives each line that Nest or the platform logs as a warning or an error. */
type Create = (root: DynamicModule, log: (line: string) => void) => Promise<INestApplication>;
type Decorator = MethodDecorator;

function ignore(): void {}

/** Tests the features that only Nest has, on one of its platforms. */
export function runNestTests(platform: string, create: Create): void {
  async function start(
    t: TestContext,
    root: DynamicModule,
    log: (line: string) => void = ignore,
  ): Promise<number> {
    const server = await served(await create(root, log));
    t.after(() => server.close());
    return server.port;
  }

  const abandoned = (make: (values: AsyncIterable<string>) => unknown) => async (t: TestContext) => {
    const watch = new Watch();
    const [begun, gate] = [new Gate(), new Gate()];
    gate.close();
    async function* values(): AsyncGenerator<string> {
      yield 'first ';
      begun.arrive();
      await gate.pass();
      yield 'last';
    }
    const controller = controllerOf(() => make(values()));
    const port = await start(t, rootOf(controller, IdempotencyModule.forRoot(watch.options)));
    await hangUp(port, begun);
    gate.open();
    await watch.ended.arrival();
    const replay = await post(port);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
    assert.match(await replay.text(), /last$/);
    assert.deepEqual(watch.outcomes, ['completed']);
  };

  describe(`NestJS on ${platform}`, () => {
    test('decorators give a route options over those of the module, or leave it alone', async (t) => {
      let executions = 0;
      const decorated = (decorator: Decorator) =>
        controllerOf(() => ({ executions: ++executions }), decorator);
      const options = (): NestOptions => ({ store: memoryStore(), callers: 'by-address', requireKey: true });
      const skipped = await start(
        t,
        rootOf(decorated(SkipIdempotency()), IdempotencyModule.forRoot(options())),
      );
      for (const key of ['k', 'k', '']) {
        assert.equal((await post(skipped, { 'Idempotency-Key': key })).status, 201);
      }
      assert.equal(executions, 3);

      const modules = [
        IdempotencyModule.forRoot(options()),
        IdempotencyModule.forRootAsync({ useFactory: options }),
      ];
      for (const module of modules) {
        executions = 0;
        const own = Idempotent({ keyLengthMin: 4, keyOf: { header: 'Charge-Key' } });
        const port = await start(t, rootOf(decorated(own), module));
        assert.equal((await post(port, { 'Charge-Key': 'abc' })).status, 400);
        const first = await post(port, { 'Charge-Key': 'abcd' });
        assert.equal(first.status, 201);
        const replay = await post(port, { 'Charge-Key': 'abcd' });
        assert.equal(replay.headers.get('idempotency-replayed'), 'true');
        assert.equal(await replay.text(), await first.text());
        assert.equal(executions, 1);
      }
    });

    test('a decorator without a module needs all options, and says so when the app starts', async (t) => {
      class Empty {}
      Module({})(Empty);
      let executions = 0;
      const rootWith = (own: Partial<NestOptions>) =>
        rootOf(
          controllerOf(() => ({ executions: ++executions }), Idempotent(own)),
          { module: Empty },
        );
      await assert.rejects(create(rootWith({ waitMs: -1 }), ignore), /store must be a store.*waitMs/);
      const port = await start(t, rootWith({ store: memoryStore(), callers: 'by-address' }));
      await post(port);
      assert.equal((await post(port)).headers.get('idempotency-replayed'), 'true');
      assert.equal(executions, 1);
    });

    test(
      'continues the Observable of a handler whose client has hung up',
      abandoned((values): Observable<string> => from(values)),
    );

    test(
      'continues the file of a handler whose client has hung up',
      abandoned((values) => new StreamableFile(Readable.from(values, { objectMode: false }))),
    );

    test('does not store half a file', async (t) => {
      const watch = new Watch();
      const half = Readable.from(
        (function* () {
          yield 'first';
          throw new Error('the file broke');
        })(),
        { objectMode: false },
      );
      const controller = controllerOf(() => new StreamableFile(half));
      const port = await start(t, rootOf(controller, IdempotencyModule.forRoot(watch.options)));
      await post(port)
        .then((response) => response.text())
        .catch(() => undefined);
      await watch.ended.arrival();
      assert.notDeepEqual(watch.outcomes, ['completed']);
    });

    test('replays through interceptors that change the value of the handler', async (t) => {
      const wrapping: NestInterceptor = {
        intercept: (_context, next) =>
          next.handle().pipe(map((data: { readonly id: number }) => ({ id: data.id }))),
      };
      let id = 0;
      const interceptor = new IdempotencyInterceptor(new Watch().options);
      for (const order of [
        [wrapping, interceptor],
        [interceptor, wrapping],
      ] as const) {
        const controller = controllerOf(() => ({ id: ++id, secret: 'hidden' }), UseInterceptors(...order));
        const port = await start(t, rootOf(controller));
        const key = { 'Idempotency-Key': `k-${id}` };
        const first = await (await post(port, key)).text();
        const replay = await post(port, key);
        assert.equal(first, `{"id":${id}}`);
        assert.deepEqual([replay.status, await replay.text()], [201, first]);
        assert.equal(replay.headers.get('idempotency-replayed'), 'true');
      }
    });

    test('gives interceptors further out the value of a replay, so that they do not throw', async (t) => {
      const failures: unknown[] = [];
      const wrapping: NestInterceptor = {
        intercept: (_context, next) =>
          next.handle().pipe(
            map((data: { readonly id: number }) => ({ id: data.id })),
            catchError((error: unknown) => {
              failures.push(error);
              throw error;
            }),
          ),
      };
      const lines: string[] = [];
      const interceptor = new IdempotencyInterceptor(new Watch().options);
      const controller = controllerOf(() => ({ id: 7 }), UseInterceptors(wrapping, interceptor));
      const port = await start(t, rootOf(controller), (line) => lines.push(line));
      for (const _ of [1, 2]) assert.equal(await (await post(port)).text(), '{"id":7}');
      assert.deepEqual([failures, lines], [[], []]);
    });

    test('logs nothing about a replay', async (t) => {
      const lines: string[] = [];
      const wrapping: NestInterceptor = {
        intercept: (_context, next) => next.handle().pipe(map((data: unknown) => ({ data }))),
      };
      const interceptor = new IdempotencyInterceptor(new Watch().options);
      const controller = controllerOf(() => 1, UseInterceptors(wrapping, interceptor));
      const port = await start(t, rootOf(controller), (line) => lines.push(line));
      for (const _ of [1, 2, 3]) assert.equal(await (await post(port)).text(), '{"data":1}');
      assert.deepEqual(lines, []);
    });

    test('replays a redirection', async (t) => {
      const controller = controllerOf(() => ({ url: '/charges/1', statusCode: 303 }), Redirect('/charges'));
      const port = await start(t, rootOf(controller, IdempotencyModule.forRoot(new Watch().options)));
      for (const replayed of [null, 'true']) {
        const { status, headers } = await fetch(`http://127.0.0.1:${port}/charges`, {
          method: 'POST',
          headers: { 'Idempotency-Key': 'k' },
          redirect: 'manual',
        });
        assert.deepEqual([status, headers.get('location')], [303, '/charges/1']);
        assert.equal(headers.get('idempotency-replayed'), replayed);
      }
    });

    test('claims no key for a request that a guard refuses', async (t) => {
      const watch = new Watch();
      let mayPass = false;
      const guard: CanActivate = { canActivate: () => mayPass };
      const controller = controllerOf(() => 'passed', UseGuards(guard));
      const port = await start(t, rootOf(controller, IdempotencyModule.forRoot(watch.options)));
      assert.equal((await post(port)).status, 403);
      mayPass = true;
      assert.equal(await (await post(port)).text(), 'passed');
      mayPass = false;
      assert.equal((await post(port)).status, 403);
      assert.deepEqual(watch.outcomes, ['completed']);
    });

    test('protects a route once if both the app and the route are protected', async (t) => {
      const { options } = new Watch();
      const again = UseInterceptors(new IdempotencyInterceptor(options));
      const controller = controllerOf((request) => operationOf(request)?.key, again);
      const port = await start(t, rootOf(controller, IdempotencyModule.forRoot(options)));
      assert.equal(await (await post(port)).text(), 'k');
    });

    test('sends a replay with the headers of CORS', async (t) => {
      const controller = controllerOf(() => 'made');
      const app = await create(rootOf(controller, IdempotencyModule.forRoot(new Watch().options)), ignore);
      app.enableCors({ origin: 'https://a.example' });
      const { port, close } = await served(app);
      t.after(close);
      for (const replayed of [null, 'true']) {
        const { headers } = await post(port, { Origin: 'https://a.example' });
        assert.equal(headers.get('idempotency-replayed'), replayed);
        assert.equal(headers.get('access-control-allow-origin'), 'https://a.example');
      }
    });

    test('takes options from a factory; a mistake in them stops the start', async (t) => {
      const store = { provide: 'store', useValue: memoryStore() };
      class Stores {}
      Module({ providers: [store], exports: [store] })(Stores);
      const wish = (more: object): NestAsyncOptions => ({
        imports: [Stores],
        inject: ['store'],
        useFactory: async (given: NestOptions['store']) => ({
          store: given,
          callers: 'by-address',
          ...more,
        }),
      });
      const root = (more: object) =>
        rootOf(
          controllerOf(() => 'made'),
          IdempotencyModule.forRootAsync(wish(more)),
        );
      const port = await start(t, root({}));
      assert.equal((await post(port)).headers.get('idempotency-replayed'), null);
      assert.equal((await post(port)).headers.get('idempotency-replayed'), 'true');
      await assert.rejects(
        async () => served(await create(root({ misspelled: true }), ignore)),
        /misspelled/,
      );
    });
  });
}

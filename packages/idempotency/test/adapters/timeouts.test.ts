import 'reflect-metadata';
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import {
  Bind,
  Controller,
  Module,
  type NestInterceptor,
  Post,
  Req,
  RequestTimeoutException,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Hono } from 'hono';
import { timeout as honoTimeout } from 'hono/timeout';
import Koa from 'koa';
import { catchError, throwError, timeout } from 'rxjs';
import { idempotency as expressIdempotency } from '../../src/adapters/express.ts';
import { idempotency as honoIdempotency } from '../../src/adapters/hono.ts';
import { idempotency as koaIdempotency } from '../../src/adapters/koa.ts';
import { IdempotencyInterceptor } from '../../src/adapters/nest.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { listening } from './harness/listening.ts';
import { served } from './harness/nest-app.ts';

/** A handler that works until the gate is opened, and counts how often it was run. */
class SlowHandler {
  readonly gate = new Gate();
  readonly outcomes: string[] = [];
  readonly ended = new Gate();
  readonly clock = new ManualClock();
  executions = 0;
  readonly options = {
    store: memoryStore({ nowMs: () => this.clock.nowMs() }),
    callers: 'by-address' as const,
    clock: this.clock,
    leaseMs: 10_000,
    executionMsMax: 60_000,
    waitMs: 0,
    observer: (event: { readonly kind: string; readonly outcome?: string }) => {
      if (event.kind !== 'execution_ended') return;
      this.outcomes.push(event.outcome ?? '');
      this.ended.arrive();
    },
  };

  constructor() {
    this.gate.close();
  }

  async work(): Promise<string> {
    this.executions++;
    await this.gate.pass();
    return 'made';
  }

  /** Lets all the time pass that an execution may take. */
  async outlast(): Promise<void> {
    for (let passedMs = 0; passedMs <= 70_000; passedMs += 2500) {
      this.clock.advance(2500);
      await turn();
    }
  }
}

async function post(port: number): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/charges`, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'k' },
  });
  return { status: response.status, body: await response.text() };
}

/** The first answer is that of the timeout; the retries are refused while the handler runs, and after. */
async function holds(
  port: number,
  slow: SlowHandler,
  statuses: readonly number[],
  isSeen: boolean,
): Promise<void> {
  const first = await post(port);
  assert.ok(statuses.includes(first.status), `${first.status} ${first.body}`);
  assert.match((await post(port)).body, /idempotency_in_progress/);
  assert.deepEqual(slow.outcomes, []);
  if (isSeen) slow.gate.open();
  else await slow.outlast();
  await slow.ended.arrival();
  assert.deepEqual(slow.outcomes, ['abandoned']);
  assert.match((await post(port)).body, /idempotency_outcome_unknown/);
  slow.gate.open();
  assert.equal(slow.executions, 1);
}

test('connect-timeout in front of the handler of Express leaves its key taken', async (t) => {
  const slow = new SlowHandler();
  const app = express();
  app.set('env', 'test');
  app.use(expressIdempotency<Request>(slow.options));
  app.use((request: Request, _response: Response, next: NextFunction) => {
    // What connect-timeout does when its time is up.
    setImmediate(() => {
      Object.assign(request, { timedout: true });
      next(Object.assign(new Error('Response timeout'), { status: 503, code: 'ETIMEDOUT' }));
    });
    next();
  });
  app.post('/charges', async (_request, response) => {
    const made = await slow.work();
    if (!response.headersSent) response.send(made);
  });
  await holds(await start(t, app), slow, [503], false);
});

for (const place of ['in front of', 'behind'] as const) {
  test(`hono/timeout ${place} the protection leaves the key of its handler taken`, async (t) => {
    const slow = new SlowHandler();
    const protection = honoIdempotency(slow.options);
    const app = new Hono();
    app.use(...(place === 'behind' ? [protection, honoTimeout(1)] : [honoTimeout(1), protection]));
    app.post('/charges', async (context) => context.text(await slow.work()));
    const serve = getRequestListener(app.fetch);
    const listener = (...[incoming, outgoing]: Parameters<typeof serve>) =>
      void serve(incoming, outgoing).catch(assert.fail);
    await holds(await start(t, listener), slow, [504], place !== 'behind');
  });

  test(`a race ${place} the protection in Koa leaves the key of its handler taken`, async (t) => {
    const slow = new SlowHandler();
    const app = new Koa();
    app.silent = true;
    const race: Koa.Middleware = async (context, next) => {
      const late = async () => {
        await turn();
        await turn();
        context.throw(504);
      };
      await Promise.race([next(), late()]);
    };
    const protection: Koa.Middleware = koaIdempotency<Koa.Context>(slow.options);
    for (const middleware of place === 'behind' ? [protection, race] : [race, protection])
      app.use(middleware);
    app.use(async (context) => {
      context.body = await slow.work();
    });
    const serve = app.callback();
    const listener: RequestListener = (incoming, outgoing) =>
      void serve(incoming, outgoing).catch(assert.fail);
    await holds(await start(t, listener), slow, [504], place !== 'behind');
  });

  test(`a timeout of rxjs ${place} the protection in Nest leaves the key of its handler taken`, async (t) => {
    const slow = new SlowHandler();
    const protection = new IdempotencyInterceptor(slow.options);
    const race: NestInterceptor = {
      intercept: (_context, next) =>
        next.handle().pipe(
          timeout(1),
          catchError((_error: unknown) => throwError(() => new RequestTimeoutException())),
        ),
    };
    class Charges {
      charge(): Promise<string> {
        return slow.work();
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Charges.prototype, 'charge') ?? {};
    Post('charges')(Charges.prototype, 'charge', descriptor);
    Bind(Req())(Charges.prototype, 'charge', descriptor);
    const order = place === 'behind' ? [protection, race] : [race, protection];
    UseInterceptors(...order)(Charges.prototype, 'charge', descriptor);
    Controller()(Charges);
    class Root {}
    Module({ controllers: [Charges] })(Root);
    const server = await served(await NestFactory.create(Root, { logger: false, abortOnError: false }));
    t.after(() => server.close());
    await holds(server.port, slow, [408], false);
  });
}

async function start(t: TestContext, listener: Parameters<typeof listening>[0]): Promise<number> {
  const server = await listening(listener);
  t.after(() => server.close());
  return server.port;
}

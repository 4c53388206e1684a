import assert from 'node:assert/strict';
import { memoryStore } from '../../../src/stores/memory.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { startWaiting } from '../harness/waiting-handler.ts';
import type { AppWish, PeerAnswer, PeerCase, StartApp } from '../peer-case.ts';

/** Sends a request while the first one under its key runs. */
async function whileRunning(
  start: StartApp,
  options: AppWish['options'],
  body: unknown = { amount: 1 },
): Promise<PeerAnswer> {
  const app = await startWaiting(start, options);
  const first = app.send();
  await app.begun;
  const second = await app.send({ body });
  app.letGoOn();
  assert.equal((await first).status, 201);
  assert.equal(app.executions(), 1);
  return second;
}

/** Sends a request after the process of the first one under its key has died, and returns the number of executions. */
async function afterDeath(start: StartApp, options: AppWish['options']) {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  // It does not renew its lease, because its clock does not move.
  const dead = await startWaiting(start, { store, clock: new ManualClock(clock.nowMs()), leaseMs: 10_000 });
  const lost = dead.send();
  await dead.begun;
  clock.advance(10_000);
  const app = await start({ options: { store, clock, leaseMs: 10_000, ...options } });
  const answer = await app.send();
  dead.letGoOn();
  await lost;
  return { answer, executions: app.executions() };
}

/** Cases about a second request while the first one is running. */
export const duplicateCases: readonly PeerCase[] = [
  {
    intent: 'Of requests at the same time one is executed.',
    peers: {
      '@nestarc/idempotency': 2,
      '@reaatech/idempotency-middleware': 4,
      IdempotentAPI: 1,
      idempotence4j: 3,
      'hono-idempotency': 1,
      idempotency4j: 0,
      'idempot-js': 4,
      'Powertools for AWS Lambda': 1,
    },
    here: 'same',
    note: 'and all get its answer',
    check: async (start) => {
      const app = await start();
      const answers = await Promise.all(Array.from({ length: 20 }, () => app.send()));
      assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
      assert.equal(app.executions(), 1);
    },
  },
  {
    intent: 'A duplicate waits for the first answer, and gets it.',
    peers: {
      '@node-idempotency': 1,
      '@reaatech/idempotency-middleware': 4,
      'arun0009/idempotent': 1,
      idempotency4j: 0,
    },
    here: 'same',
    note: '`waitMs`, 5 s unless set',
    check: async (start) => {
      const app = await startWaiting(start);
      const first = app.send();
      await app.begun;
      const duplicate = app.send();
      app.letGoOn();
      const [answer, replay] = [await first, await duplicate];
      assert.deepEqual([replay.text, replay.isReplay, app.executions()], [answer.text, true, 1]);
    },
  },
  {
    intent: 'A duplicate that has waited too long is refused with 409.',
    peers: {
      '@node-idempotency': 1,
      '@reaatech/idempotency-middleware': 0,
      'arun0009/idempotent': 1,
      idempotency4j: 2,
    },
    here: 'same',
    check: async (start) => {
      assert.equal((await whileRunning(start, { waitMs: 1 })).status, 409);
    },
  },
  {
    intent: 'A duplicate is refused with 409 at once.',
    peers: {
      'fastify-idempotency': 1,
      'hono-idempotency': 2,
      'idempot-js': 12,
      '@nestarc/idempotency': 4,
      '@node-idempotency': 2,
      IdempotentAPI: 4,
      Stripe: 0,
      'universal-idempotent-request': 1,
      'django-idempotency-key': 1,
      idempotence4j: 1,
      'Powertools for AWS Lambda': 1,
    },
    here: 'option',
    note: '`waitMs: 0`',
    check: async (start) => {
      const refused = await whileRunning(start, { waitMs: 0 });
      assert.equal(refused.status, 409);
      assert.match(refused.text, /idempotency_in_progress/);
    },
  },
  {
    intent: 'That refusal has `Retry-After`.',
    peers: { 'hono-idempotency': 1, '@node-idempotency': 0 },
    here: 'same',
    check: async (start) => {
      assert.match((await whileRunning(start, { waitMs: 0 })).header('retry-after') ?? '', /^\d+$/);
    },
  },
  {
    intent:
      'While the first runs, another body under its key is the graver mistake, and is reported as such.',
    peers: { 'idempot-js': 1, '@nestarc/idempotency': 1 },
    here: 'same',
    check: async (start) => {
      assert.match((await whileRunning(start, {}, { amount: 2 })).text, /idempotency_conflict/);
    },
  },
  {
    intent: 'When the first fails, a duplicate that waits is executed.',
    peers: { IdempotentAPI: 0 },
    here: 'same',
    check: async (start) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const handle: AppWish['handle'] = async (response, id) => {
        begun.resolve();
        if (id === 1) await promise;
        response.status(id === 1 ? 500 : 201).json({ id });
      };
      const app = await start({ handle });
      const first = app.send();
      await begun.promise;
      const duplicate = app.send();
      resolve();
      assert.deepEqual([(await first).status, (await duplicate).status, app.executions()], [500, 201, 2]);
    },
  },
  {
    intent: 'A client that hangs up frees the key.',
    peers: { '@reaatech/idempotency-middleware': 1 },
    here: 'different',
    note: 'the handler runs to its end, and the retry gets its answer: it may have charged already',
    check: async (start) => {
      const app = await startWaiting(start);
      const hangUp = app.sendAndHangUp();
      await app.begun;
      hangUp();
      const retry = app.send();
      app.letGoOn();
      assert.deepEqual([(await retry).status, app.executions()], [201, 1]);
    },
  },
  {
    intent: 'After the process has died in the middle, a request is refused with 409.',
    peers: { '@reaatech/idempotency-middleware': 4 },
    here: 'same',
    note: '`409 idempotency_outcome_unknown`, until the operator has looked and frees it',
    check: async (start) => {
      const { answer, executions } = await afterDeath(start, {});
      assert.deepEqual([answer.status, executions], [409, 0]);
      assert.match(answer.text, /idempotency_outcome_unknown/);
    },
  },
  {
    intent: 'After the process has died in the middle, the next request is executed.',
    peers: { 'Powertools for AWS Lambda': 1, idempotency4j: 0 },
    here: 'option',
    note: "`onAbandoned: 'rerun'`, where the effect cannot happen twice; or the atomic mode",
    check: async (start) => {
      const { answer, executions } = await afterDeath(start, { onAbandoned: 'rerun' });
      assert.deepEqual([answer.status, executions], [201, 1]);
    },
  },
  {
    intent: 'A handler that takes longer than its lock keeps it.',
    peers: { idempotency4j: 4 },
    here: 'same',
    note: 'the lease is renewed while the handler lives',
    check: async (start) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      const app = await startWaiting(start, {
        store,
        clock,
        leaseMs: 10_000,
        waitMs: 0,
        onAbandoned: 'rerun',
      });
      const first = app.send();
      await app.begun;
      for (let passed = 0; passed < 40; passed++) {
        clock.advance(2_500);
        await new Promise(setImmediate);
      }
      assert.match((await app.send()).text, /idempotency_in_progress/);
      app.letGoOn();
      assert.deepEqual([(await first).status, app.executions()], [201, 1]);
    },
  },
];

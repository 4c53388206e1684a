import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { IdempotencyStore } from '../../core/store.ts';
import { memoryStore } from '../../stores/memory.ts';
import { ManualClock } from '../manual-clock.ts';
import { Gate } from './gate.ts';
import {
  type AppWish,
  assertRefusal,
  assertReplay,
  boundVerbs,
  newKey,
  type RunningApp,
  withApp,
} from './law-app.ts';
import type { AdapterLaw, AdapterSubject } from './subject.ts';
import { json } from './wire.ts';

const always = () => true;
const leaseMs = 10_000;

/** The result of an operation that was considered dead. */
interface WokenUp {
  /** the status of its answer */
  readonly status: number;
  /** whether its signal was aborted before */
  readonly isAborted: boolean;
}

/**
 * Runs steps in an app whose store has an operation with this `key` that another process began before it died: its
 * lease has lapsed and is not renewed. `wakeUp` lets that operation continue after all, and returns its answer.
 */
async function afterDeath(
  subject: AdapterSubject,
  onAbandoned: 'refuse' | 'rerun',
  steps: (app: RunningApp, key: string, wakeUp: () => Promise<WokenUp>) => Promise<void>,
  inner?: AppWish['inner'],
): Promise<void> {
  const storeClock = new ManualClock();
  const frozenClock = new ManualClock(storeClock.nowMs());
  const store = memoryStore({ nowMs: () => storeClock.nowMs() });
  await withApp(subject, { options: { store, leaseMs, clock: frozenClock } }, async (dead) => {
    const key = newKey();
    dead.work.before.close();
    const late = dead.post('json', { key });
    await dead.work.before.arrival();
    storeClock.advance(leaseMs);
    const wakeUp = async () => {
      const signal = dead.work.operations[0]?.signal;
      frozenClock.advance(leaseMs);
      await turn();
      dead.work.before.open();
      return { status: (await late).status, isAborted: signal?.aborted === true };
    };
    const options = { store, leaseMs, clock: storeClock, onAbandoned };
    const wish = inner === undefined ? { options } : { options, inner: { ...options, ...inner } };
    await withApp(subject, wish, (app) => steps(app, key, wakeUp));
    dead.work.before.open();
    await late;
  });
}

function failing(verb: 'claim' | 'complete', fail: () => Promise<never>): IdempotencyStore {
  return { ...boundVerbs(memoryStore()), [verb]: fail };
}

/** What happens to operations that take long or die, and if the store fails. */
export const leaseLaws: readonly AdapterLaw[] = [
  {
    id: 'handler-outlives-the-lease',
    sentence:
      'A handler that takes ten times as long as its lease is executed once: the lease is renewed while it runs.',
    concerns: always,
    run: async (subject) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      await withApp(
        subject,
        { options: { store, clock, leaseMs, waitMs: 0, onAbandoned: 'rerun' } },
        async (app) => {
          const key = newKey();
          app.work.before.close();
          const first = app.post('json', { key });
          await app.work.before.arrival();
          for (let passedMs = 0; passedMs < 10 * leaseMs; passedMs += leaseMs / 4) {
            clock.advance(leaseMs / 4);
            await turn();
          }
          assertRefusal(await app.post('json', { key }), 409, 'idempotency_in_progress');
          app.work.before.open();
          assert.equal((await first).status, 201);
          assertReplay(await app.post('json', { key }), await first);
          assert.equal(app.work.executions, 1);
        },
      );
    },
  },
  {
    id: 'execution-bounded',
    sentence: 'If a handler takes longer than `executionMsMax`, its signal is aborted.',
    concerns: always,
    run: async (subject) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      await withApp(subject, { options: { store, clock, leaseMs, executionMsMax: 1000 } }, async (app) => {
        app.work.before.close();
        const answer = app.post('json', { key: newKey() });
        await app.work.before.arrival();
        const signal = app.work.operations[0]?.signal;
        assert.equal(signal?.aborted, false);
        clock.advance(leaseMs);
        assert.equal(signal?.aborted, true);
        app.work.before.open();
        await answer;
      });
    },
  },
  {
    id: 'abandoned-refused',
    sentence:
      'If its process died, an operation is not executed again: a retry gets 409 idempotency_outcome_unknown.',
    concerns: always,
    run: (subject) =>
      afterDeath(subject, 'refuse', async (app, key) => {
        assertRefusal(await app.post('json', { key }), 409, 'idempotency_outcome_unknown');
        assertRefusal(await app.post('json', { key }), 409, 'idempotency_outcome_unknown');
        assert.equal(app.work.executions, 0);
      }),
  },
  {
    id: 'abandoned-rerun',
    sentence:
      'If the options say so, an abandoned operation is executed once more, and its late holder can neither end it nor answer with success.',
    concerns: always,
    run: (subject) =>
      afterDeath(subject, 'rerun', async (app, key, wakeUp) => {
        const again = await app.post('json', { key });
        assert.deepEqual([again.status, json(again)], [201, app.work.json(1)]);
        assert.deepEqual(await wakeUp(), { status: 409, isAborted: true });
        assertReplay(await app.post('json', { key }), again);
        assert.equal(app.work.executions, 1);
      }),
  },
  {
    id: 'abandoned-inner',
    sentence:
      'If a route is protected twice, the inner protection decides about an abandoned operation, even if the outer one would execute it again.',
    concerns: always,
    run: async (subject) => {
      const refused = async (app: RunningApp, key: string) => {
        for (const _ of [1, 2])
          assertRefusal(await app.post('json', { key }), 409, 'idempotency_outcome_unknown');
        assert.equal(app.work.executions, 0);
      };
      await afterDeath(subject, 'rerun', refused, { onAbandoned: 'refuse' });
      const rerun = async (app: RunningApp, key: string) => {
        const again = await app.post('json', { key });
        assert.equal(again.status, 201);
        assertReplay(await app.post('json', { key }), again);
        assert.equal(app.work.executions, 1);
      };
      await afterDeath(subject, 'rerun', rerun, {});
    },
  },
  {
    id: 'store-down',
    sentence: 'While the store fails, the answer is 503 store_unavailable, and the handler does not run.',
    concerns: always,
    run: (subject) => {
      const store = failing('claim', () => Promise.reject(new Error('no connection')));
      return withApp(subject, { options: { store } }, async (app) => {
        assertRefusal(await app.post('json', { key: newKey() }), 503, 'store_unavailable');
        assert.equal(app.work.executions, 0);
        assert.equal((await app.post('json')).status, 201);
      });
    },
  },
  {
    id: 'store-silent',
    sentence:
      'If a store never answers, the request gets 503 after `storeTimeoutMs`, and the handler does not run.',
    concerns: always,
    run: async (subject) => {
      const clock = new ManualClock();
      const asked = new Gate();
      const { promise: never } = Promise.withResolvers<never>();
      const store = failing('claim', () => {
        asked.arrive();
        return never;
      });
      await withApp(subject, { options: { store, clock, storeTimeoutMs: 500 } }, async (app) => {
        const answer = app.post('json', { key: newKey() });
        await asked.arrival();
        await turn();
        clock.advance(500);
        assertRefusal(await answer, 503, 'store_unavailable');
        assert.equal(app.work.executions, 0);
      });
    },
  },
  {
    id: 'store-down-proceed',
    sentence: 'If the options say so, a request runs without protection while the store fails.',
    concerns: always,
    run: (subject) => {
      const store = failing('claim', () => Promise.reject(new Error('no connection')));
      return withApp(subject, { options: { store, onStoreError: 'proceed' } }, async (app) => {
        const key = newKey();
        for (const executions of [1, 2]) {
          assert.deepEqual(
            [(await app.post('json', { key })).status, app.work.executions],
            [201, executions],
          );
        }
      });
    },
  },
  {
    id: 'answer-not-stored',
    sentence:
      'An answer that could not be stored is not sent: the client gets 503 idempotency_outcome_unknown, and there is no second execution.',
    concerns: always,
    run: (subject) => {
      const store = failing('complete', () => Promise.reject(new Error('no connection')));
      return withApp(subject, { options: { store, waitMs: 0 } }, async (app) => {
        const key = newKey();
        assertRefusal(await app.post('json', { key }), 503, 'idempotency_outcome_unknown');
        assertRefusal(await app.post('json', { key }), 409, 'idempotency_in_progress');
        assert.equal(app.work.executions, 1);
      });
    },
  },
];

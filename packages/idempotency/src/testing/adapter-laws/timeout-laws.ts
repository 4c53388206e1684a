import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { memoryStore } from '../../stores/memory.ts';
import { ManualClock } from '../manual-clock.ts';
import { Gate } from './gate.ts';
import { assertRefusal, boundVerbs, newKey, type RunningApp, withApp } from './law-app.ts';
import type { AdapterLaw, TimeoutPlace } from './subject.ts';

const leaseMs = 10_000;
const executionMsMax = 60_000;

const placed: Readonly<Record<Exclude<TimeoutPlace, 'none'>, string>> = {
  front: 'in front of the protection',
  behind: 'between the protection and the handler',
};

/**
 * Advances the time until the operation has ended: an adapter that cannot see the end of a handler waits as long as an
 * execution may take.
 */
async function outlast(app: RunningApp, clock: ManualClock): Promise<void> {
  for (let turns = 0; turns < 20 && app.outcomes.length === 0; turns++) await turn();
  for (
    let passedMs = 0;
    passedMs < 2 * executionMsMax && app.outcomes.length === 0;
    passedMs += leaseMs / 4
  ) {
    clock.advance(leaseMs / 4);
    await turn();
  }
  await app.ended(1);
}

function isHeld(timeout: Exclude<TimeoutPlace, 'none'>): AdapterLaw {
  return {
    id: `timeout-in-${timeout === 'front' ? 'front' : 'between'}`,
    sentence: `A timeout ${placed[timeout]} that answers while the handler runs does not free its key: a retry is refused while it runs, and not executed after.`,
    concerns: ({ timeouts }) => timeouts.includes(timeout),
    run: async (subject) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      const options = { store, clock, leaseMs, executionMsMax, waitMs: 0 };
      await withApp(subject, { timeout, protect: 'route', options }, async (app) => {
        const key = newKey();
        app.work.before.close();
        const first = await app.post('json', { key });
        assert.ok(first.status >= 400, `${first.status} ${first.body}`);
        assertRefusal(await app.post('json', { key }), 409, 'idempotency_in_progress');
        assert.deepEqual(app.outcomes, []);
        app.work.before.open();
        await outlast(app, clock);
        clock.advance(leaseMs);
        const retry = await app.post('json', { key });
        if (retry.status !== 201) assertRefusal(retry, 409, 'idempotency_outcome_unknown');
        assert.equal(app.work.executions, 1);
      });
    },
  };
}

const whileClaiming: AdapterLaw = {
  id: 'timeout-while-claiming',
  sentence:
    'If a timeout before the protection answers while the key is being claimed, the key does not stay taken: the request is executed once, and the retry gets the answer.',
  concerns: ({ timeouts }) => timeouts.includes('front'),
  run: async (subject) => {
    const claims = new Gate();
    const verbs = boundVerbs(memoryStore());
    const store = {
      ...verbs,
      claim: async (...args: Parameters<typeof verbs.claim>) => {
        await claims.pass();
        return verbs.claim(...args);
      },
    };
    const options = { store, waitMs: 0, echoKey: true };
    const key = newKey();
    await withApp(subject, { timeout: 'front', protect: 'route', options }, async (timed) => {
      claims.close();
      const first = timed.post('json', { key });
      await claims.arrival();
      // The timeout of a test answers once a handler has begun. None has begun yet, so this law signals it.
      timed.work.before.arrive();
      assert.ok((await first).status >= 400);
      claims.open();
      await timed.ended(1);
      await withApp(subject, { protect: 'route', options }, async (app) => {
        const retry = await app.post('json', { key });
        assert.equal(retry.status, 201, String(retry.body));
        assert.equal(timed.work.executions + app.work.executions, 1);
      });
    });
  },
};

/** What happens to a key whose handler did not answer in time. */
export const timeoutLaws: readonly AdapterLaw[] = [isHeld('front'), isHeld('behind'), whileClaiming];

import assert from 'node:assert/strict';
import { memoryStore } from '../../stores/memory.ts';
import { ManualClock } from '../manual-clock.ts';
import {
  assertRefusal,
  assertReplay,
  assertSameAnswer,
  newKey,
  type RunningApp,
  withApp,
} from './law-app.ts';
import type { AdapterLaw } from './subject.ts';
import type { WireAnswer } from './wire.ts';

const always = () => true;

/** What happens on a route that is protected twice: by the app, and again on the route. */
export const nestingLaws: readonly AdapterLaw[] = [
  {
    id: 'protected-twice',
    sentence:
      'A route that is protected twice, with one store or with two, is executed once, and the options of the inner protection win.',
    concerns: always,
    run: async (subject) => {
      const clock = new ManualClock();
      const newStore = () => memoryStore({ nowMs: () => clock.nowMs() });
      for (const own of [{}, { store: newStore() }]) {
        const inner = { clock, answerTtlMs: 1000, shouldStore: () => true, ...own };
        await withApp(subject, { options: { clock, store: newStore() }, inner }, async (app) => {
          app.work.status = 503;
          const key = newKey();
          const body = '{"amount":1}';
          const [first, ...others] = await Promise.all(
            Array.from({ length: 5 }, () => app.post('status', { key, body })),
          );
          assert.ok(first?.status === 503);
          for (const other of others) assertSameAnswer(other, first);
          assertRefusal(await app.post('status', { key, body: '{}' }), 409, 'idempotency_conflict');
          assert.equal((await app.post('status', { key, body })).status, 503);
          clock.advance(1000);
          assertRefusal(await app.post('status', { key, body }), 410, 'idempotency_key_expired');
          assert.equal(app.work.executions, 1);
          assert.equal(app.outcomes.filter((outcome) => outcome !== 'gave_way').join(), 'completed');
        });
      }
    },
  },
  {
    id: 'protected-twice-compared',
    sentence:
      'If two protections of a route compare requests in different ways, the inner one decides which requests are the same.',
    concerns: always,
    run: async (subject) => {
      const store = memoryStore();
      const bodies = ['{"amount":1,"sentAt":1}', '{"amount":1,"sentAt":2}', '{"amount":2,"sentAt":1}'];
      const post = async (app: RunningApp, key: string) => {
        const answers: WireAnswer[] = [];
        for (const at of [0, 1, 0, 2]) answers.push(await app.post('json', { key, body: bodies[at] ?? '' }));
        return answers;
      };
      const nothing = { fingerprintBody: () => '' };
      for (const options of [{}, nothing]) {
        const inner = { ignoreMembers: ['sentAt'] };
        await withApp(subject, { options: { store, ...options }, inner }, async (app) => {
          const [first, ...others] = await post(app, newKey());
          assert.ok(first !== undefined);
          const [resent, again, other] = others;
          for (const replay of [resent, again]) assertReplay(replay ?? first, first);
          assertRefusal(other ?? first, 409, 'idempotency_conflict');
          assert.equal(app.work.executions, 1);
        });
      }
      await withApp(subject, { options: { store, ...nothing }, inner: {} }, async (app) => {
        const [first, resent, again] = await post(app, newKey());
        assert.ok(first !== undefined);
        assertRefusal(resent ?? first, 409, 'idempotency_conflict');
        assertReplay(again ?? first, first);
        assert.equal(app.work.executions, 1);
      });
    },
  },
  {
    id: 'inner-refusal-is-not-stored',
    sentence: 'A refusal of the inner one of two protections is not stored by the outer one.',
    concerns: always,
    run: (subject) =>
      withApp(
        subject,
        { options: { shouldStore: () => true }, inner: { keySpelling: 'structured' } },
        async (app) => {
          const key = newKey();
          for (const _ of [1, 2])
            assertRefusal(await app.post('json', { key }), 400, 'invalid_idempotency_key');
          const first = await app.post('json', { key: `"${key}"` });
          assert.equal(first.status, 201);
          assertReplay(await app.post('json', { key: `"${key}"` }), first);
          assert.equal(app.work.executions, 1);
        },
      ),
  },
];

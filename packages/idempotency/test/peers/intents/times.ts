import assert from 'node:assert/strict';
import { memoryStore } from '../../../src/stores/memory.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import type { PeerCase, StartApp } from '../peer-case.ts';

const dayMs = 86_400_000;

async function afterADay(start: StartApp, retentionMs?: number) {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const times =
    retentionMs === undefined ? { retentionMs: 2 * dayMs } : { answerTtlMs: retentionMs, retentionMs };
  const app = await start({ options: { store, clock, ...times } });
  await app.send();
  clock.advance(dayMs);
  return { answer: await app.send(), executions: app.executions() };
}

/** Cases about how long a key is remembered, and about a full store. */
export const timeCases: readonly PeerCase[] = [
  {
    intent: 'When the answer has expired the key is new, and its request is executed.',
    peers: {
      '@node-idempotency': 1,
      'fastify-idempotency': 1,
      '@reaatech/idempotency-middleware': 1,
      'Powertools for AWS Lambda': 1,
      Stripe: 0,
      idempotency4j: 0,
      AgentPay: 1,
    },
    here: 'different',
    note: '`410 idempotency_key_expired` for the whole retention: a late retry is not charged again. `retentionMs` ends it',
    check: async (start) => {
      const refused = await afterADay(start);
      assert.deepEqual([refused.answer.status, refused.executions], [410, 1]);
      const forgotten = await afterADay(start, dayMs);
      assert.deepEqual([forgotten.answer.status, forgotten.executions], [201, 2]);
    },
  },
  {
    intent: 'The time that an answer is kept can be chosen for a route.',
    peers: { '@nestarc/idempotency': 3, idempotency4j: 2, 'arun0009/idempotent': 1 },
    here: 'option',
    note: 'a second protection on the route, with its `answerTtlMs`; `@Idempotent({ answerTtlMs })` on Nest',
    check: async (start) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      const app = await start({ options: { store, clock, answerTtlMs: 1000 } });
      await app.send();
      clock.advance(1000);
      assert.equal((await app.send()).status, 410);
    },
  },
  {
    intent: 'The lock and the answer have separate times.',
    peers: { '@nestarc/idempotency': 2, idempotency4j: 0 },
    here: 'option',
    note: '`leaseMs`, `answerTtlMs`, `retentionMs`',
    check: async (start) => {
      const clock = new ManualClock();
      const store = memoryStore({ nowMs: () => clock.nowMs() });
      const app = await start({ options: { store, clock, leaseMs: 1000, answerTtlMs: 60_000 } });
      await app.send();
      clock.advance(59_000);
      assert.equal((await app.send()).isReplay, true);
    },
  },
  {
    intent: 'When there is no room the oldest key is forgotten.',
    peers: { AgentPay: 1 },
    here: 'different',
    note: 'a forgotten key would be executed again: a new key is refused with `503 store_full`, and old answers go before keys do',
    check: async (start) => {
      const app = await start({ options: { store: memoryStore({ keysMax: 1 }) } });
      await app.send({ key: 'a' });
      assert.equal((await app.send({ key: 'b' })).status, 503);
      assert.equal((await app.send({ key: 'a' })).isReplay, true);
    },
  },
  {
    intent: 'Times that are no whole numbers, negative, or far too long stop the start.',
    peers: { 'idempot-js': 1, '@nestarc/idempotency': 4, idempotency4j: 5, idempotence4j: 1 },
    here: 'same',
    check: async (start) => {
      for (const answerTtlMs of [0.5, -1, Number.NaN, 2 ** 60]) {
        await assert.rejects(start({ options: { answerTtlMs } }), /answerTtlMs must be/);
      }
    },
  },
];

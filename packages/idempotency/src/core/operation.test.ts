import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { memoryStore } from '../stores/memory.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { checkOptions } from './check-options.ts';
import { IdempotencyEngine } from './engine.ts';
import type { KeptResponse } from './kept-response.ts';
import type { Operation } from './operation.ts';

const about = { accept: undefined, requestId: 'r-1' };
const made: KeptResponse = { status: 201, headers: [], body: 'made' };

/** An operation in the atomic mode, and the transaction of a store that commits immediately. */
async function atomicOperation(answerBytesMax = 1000) {
  const clock = new ManualClock();
  const events: string[] = [];
  const memory = memoryStore({ nowMs: () => clock.nowMs() });
  // The operation is completed through the store itself, like a transaction that commits immediately.
  const store = Object.assign(memory, { within: () => memory });
  const options = { mode: 'atomic', leaseMs: 10_000, executionMsMax: 60_000, answerBytesMax } as const;
  const engine = new IdempotencyEngine(
    checkOptions({ ...options, store, clock, observer: ({ kind }) => events.push(kind) }),
  );
  const begin = () =>
    engine.begin({
      method: 'POST',
      path: '/charges',
      query: '',
      ifMatch: undefined,
      body: { kind: 'none' },
      caller: { kind: 'tenant', tenant: 'acme' },
      key: 'k',
      ...about,
    });
  const begun = await begin();
  assert.ok(begun.kind === 'execute');
  const operation: Operation = begun.operation;
  const passTime = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 2500) {
      clock.advance(2500);
      await turn();
    }
  };
  return { engine, operation, store, events, begin, passTime };
}

test('once its transaction has committed, an operation loses no lease, no matter how long its handler runs', async () => {
  const { engine, operation, store, events, passTime } = await atomicOperation();
  const { signal } = operation;
  await operation.completeWithin(store, made);
  await passTime(90_000);
  assert.deepEqual([signal.aborted, events.includes('lease_lost')], [false, false]);
  const sent = await engine.finish(operation, { status: 200, headers: [], body: 'other' }, about);
  assert.deepEqual([sent.status, sent.body], [201, 'made']);
});

test('an operation whose transaction was not committed loses its lease if it takes too long', async () => {
  const { operation, events, passTime } = await atomicOperation();
  const { signal } = operation;
  operation.completeWithin({ complete: () => true }, made);
  await passTime(90_000);
  assert.deepEqual([signal.aborted, events.includes('lease_lost')], [true, true]);
});

test('an answer too large to keep is completed in its transaction as a tombstone, and is sent', async () => {
  const { engine, operation, store, begin } = await atomicOperation(3);
  await operation.completeWithin(store, made);
  const sent = await engine.finish(operation, { status: 200, headers: [], body: 'x' }, about);
  assert.equal(sent, made);
  const retry = await begin();
  assert.equal(retry.kind === 'answer' && retry.response.status, 410);
});

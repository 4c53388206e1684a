import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../testing/manual-clock.ts';
import { checkOptions } from './check-options.ts';
import { IdempotencyEngine } from './engine.ts';
import type { KeptResponse } from './kept-response.ts';
import {
  about,
  answered,
  errorOf,
  executed,
  failed,
  ok,
  settle,
  setUp,
  theSlot,
} from './test/engine-set-up.ts';

test('a duplicate waits for the first answer and gets it, marked as a replay', async () => {
  const { engine } = setUp();
  const operation = await executed(engine);
  const duplicates = Array.from({ length: 5 }, () => answered(engine));
  await settle();
  await engine.finish(operation, ok, about);
  for (const answer of await Promise.all(duplicates)) {
    assert.deepEqual(answer, {
      status: 201,
      body: 'made',
      headers: { 'content-type': 'text/plain', 'idempotency-replayed': 'true' },
    });
  }
});

test('a duplicate that has waited long enough gets the answer that the first request is in progress', async () => {
  const { engine, clock } = setUp({ waitMs: 1000 });
  await executed(engine);
  const duplicate = answered(engine);
  for (let waited = 0; waited < 1000; waited += 20) {
    await settle();
    clock.advance(20);
  }
  const answer = await duplicate;
  assert.equal(answer.status, 409);
  assert.equal(errorOf(answer), 'idempotency_in_progress');
  assert.equal(answer.headers['retry-after'], '1');
});

test('a duplicate becomes the next execution if the answer of the first is not stored', async () => {
  const { engine } = setUp();
  const operation = await executed(engine);
  const duplicate = executed(engine);
  await settle();
  assert.equal((await engine.finish(operation, failed, about)).status, 500);
  assert.ok((await duplicate).fencingToken > operation.fencingToken);
});

test('beyond the limit of waiting duplicates, others are answered immediately', async () => {
  const { engine } = setUp({ waitersMax: 1 });
  const operation = await executed(engine);
  const first = answered(engine);
  await settle();
  assert.equal(errorOf(await answered(engine)), 'idempotency_in_progress');
  await engine.finish(operation, ok, about);
  assert.equal((await first).status, 201);
});

test('a lease is renewed while the handler is running', async () => {
  const { engine, clock, events } = setUp({ leaseMs: 1000, waitMs: 0 });
  const operation = await executed(engine);
  for (let lived = 0; lived < 10_000; lived += 100) {
    clock.advance(100);
    await settle();
    assert.equal(errorOf(await answered(engine)), 'idempotency_in_progress');
  }
  assert.equal(operation.signal.aborted, false);
  await engine.finish(operation, ok, about);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'lease_lost'),
    [],
  );
  assert.equal((await answered(engine)).status, 201);
});

test('no timer runs while nothing is executed', async () => {
  const { engine, clock } = setUp({ leaseMs: 900 });
  await engine.finish(await executed(engine), ok, about);
  clock.advance(600);
  assert.equal(clock.timers, 0);
});

test('an execution that takes too long loses its lease, its signal is aborted, and its key is refused', async () => {
  const { engine, clock, events } = setUp({ leaseMs: 1000, executionMsMax: 3000 });
  const operation = await executed(engine);
  const { signal } = operation;
  for (let lived = 0; lived < 5000; lived += 100) {
    clock.advance(100);
    await settle();
  }
  assert.equal(signal.aborted, true);
  assert.equal(
    events.some(({ kind }) => kind === 'lease_lost'),
    true,
  );
  const answer = await answered(engine);
  assert.equal(answer.status, 409);
  assert.equal(errorOf(answer), 'idempotency_outcome_unknown');
});

test('a late holder whose operation was taken over is refused, and the answer of the other one is kept', async () => {
  const { engine, clock, store } = setUp({ onAbandoned: 'rerun', leaseMs: 1000 });
  const late = await executed(engine);
  // The process of the late holder is suspended: it does not renew its lease, and another process takes over.
  const other = new IdempotencyEngine(
    checkOptions({ store, clock: new ManualClock(), onAbandoned: 'rerun' }),
  );
  await store.renew(theSlot, late.fencingToken, 0);
  const second = await executed(other);
  assert.ok(second.fencingToken > late.fencingToken);
  await other.finish(second, ok, about);
  clock.advance(400);
  await settle();
  assert.equal(late.signal.aborted, true);
  const ending = await engine.finish(late, { ...ok, body: 'late' }, about);
  assert.equal(ending.status, 409);
  assert.equal((await answered(engine)).body, 'made');
});

test('an abandoned operation is refused by default, executed again, or answered, as the option decides', async () => {
  const found: KeptResponse = { status: 200, headers: [['set-cookie', 'x=1']], body: 'it is there' };
  for (const onAbandoned of ['refuse', 'rerun', () => found] as const) {
    const { engine, clock } = setUp({ onAbandoned, leaseMs: 1000, executionMsMax: 100 });
    await executed(engine);
    clock.advance(400);
    clock.advance(1000);
    await settle();
    if (onAbandoned === 'refuse')
      assert.equal(errorOf(await answered(engine)), 'idempotency_outcome_unknown');
    else if (onAbandoned === 'rerun') assert.equal((await executed(engine)).key, 'k');
    else {
      for (let retry = 0; retry < 2; retry++) {
        const answer = await answered(engine);
        assert.deepEqual(answer, {
          status: 200,
          body: 'it is there',
          headers: { 'idempotency-replayed': 'true' },
        });
      }
    }
  }
});

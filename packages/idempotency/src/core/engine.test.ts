import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../stores/memory.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { checkOptions } from './check-options.ts';
import { keyDigest } from './digest.ts';
import { IdempotencyEngine } from './engine.ts';
import type { IdempotentRequest } from './idempotent-request.ts';
import type { KeptResponse } from './kept-response.ts';
import type { IdempotencyEvent } from './observer.ts';
import type { Operation } from './operation.ts';
import type { IdempotencyOptions } from './options.ts';
import { scopeDigest } from './scope.ts';
import type { IdempotencyStore } from './store.ts';

const ok: KeptResponse = { status: 201, headers: [['content-type', 'text/plain']], body: 'made' };
const about = { accept: undefined, requestId: 'r-1' };
const failed: KeptResponse = { status: 500, headers: [], body: 'oh' };

const theSlot = { scope: scopeDigest({ kind: 'tenant', tenant: 't' }), key: keyDigest('k') };

function request(more: Partial<IdempotentRequest> = {}): IdempotentRequest {
  return {
    method: 'POST',
    path: '/charges',
    query: '',
    ifMatch: undefined,
    body: { kind: 'raw', body: '{"a":1}', contentType: 'application/json' },
    caller: { kind: 'tenant', tenant: 't' },
    key: 'k',
    accept: undefined,
    requestId: 'r-1',
    ...more,
  };
}

function setUp(options: Partial<IdempotencyOptions> = {}) {
  const clock = new ManualClock();
  const events: IdempotencyEvent[] = [];
  const store = options.store ?? memoryStore({ nowMs: () => clock.nowMs() });
  const engine = new IdempotencyEngine(
    checkOptions({ clock, observer: (event) => events.push(event), ...options, store }),
  );
  return { clock, events, store, engine };
}

async function executed(
  engine: IdempotencyEngine,
  more: Partial<IdempotentRequest> = {},
): Promise<Operation> {
  const begun = await engine.begin(request(more));
  if (begun.kind === 'execute') return begun.operation;
  throw new assert.AssertionError({ message: `an execution was expected: ${JSON.stringify(begun)}` });
}

async function answered(engine: IdempotencyEngine, more: Partial<IdempotentRequest> = {}) {
  const begun = await engine.begin(request(more));
  if (begun.kind !== 'answer')
    throw new assert.AssertionError({ message: `an answer was expected: ${begun.kind}` });
  const { status, body } = begun.response;
  return { status, body: String(body), headers: Object.fromEntries(begun.response.headers) };
}

/** Lets everything go on that does not wait for the clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const errorOf = (answer: { body: string }): unknown => JSON.parse(answer.body).error;

/** A store of which some verbs are replaced. */
function storeWith(store: IdempotencyStore, verbs: Partial<IdempotencyStore>): IdempotencyStore {
  return {
    claim: (slot, more) => store.claim(slot, more),
    renew: (slot, token, leaseMs) => store.renew(slot, token, leaseMs),
    complete: (slot, token, completion) => store.complete(slot, token, completion),
    release: (slot, token) => store.release(slot, token),
    inspect: (slot) => store.inspect(slot),
    ...verbs,
  };
}

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

test('a duplicate that has waited long enough is told that the first request is in progress', async () => {
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

test('a duplicate of a request whose answer is not stored becomes the next execution', async () => {
  const { engine } = setUp();
  const operation = await executed(engine);
  const duplicate = executed(engine);
  await settle();
  assert.equal((await engine.finish(operation, failed, about)).status, 500);
  assert.ok((await duplicate).fencingToken > operation.fencingToken);
});

test('over the bound of waiting duplicates the others are answered at once', async () => {
  const { engine } = setUp({ waitersMax: 1 });
  const operation = await executed(engine);
  const first = answered(engine);
  await settle();
  assert.equal(errorOf(await answered(engine)), 'idempotency_in_progress');
  await engine.finish(operation, ok, about);
  assert.equal((await first).status, 201);
});

test('a lease is renewed for as long as the handler lives', async () => {
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

test('a late holder whose operation was taken over is refused, and the answer of the other one stands', async () => {
  const { engine, clock, store } = setUp({ onAbandoned: 'rerun', leaseMs: 1000 });
  const late = await executed(engine);
  // The process of the late holder is suspended: it does not renew, and another one goes on.
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

test('an abandoned operation is refused by default, run again by choice, or answered by who looked', async () => {
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

test('when the store cannot be reached nothing is executed, and the answer says so', async () => {
  const { store: working } = setUp();
  const down = storeWith(working, { claim: () => Promise.reject(new Error('refused')) });
  const { engine, events } = setUp({ store: down });
  const answer = await answered(engine);
  assert.equal(answer.status, 503);
  assert.equal(errorOf(answer), 'store_unavailable');
  assert.equal(answer.headers['retry-after'], '1');
  assert.ok(events.some((event) => event.kind === 'store_failed' && event.verb === 'claim'));
});

test('by choice a request goes on without protection when the store cannot be reached', async () => {
  const { store: working } = setUp();
  const down = storeWith(working, {
    claim: () => {
      throw new Error('refused');
    },
  });
  const { engine, events } = setUp({ store: down, onStoreError: 'proceed' });
  assert.equal((await engine.begin(request())).kind, 'proceed');
  assert.ok(events.some(({ kind }) => kind === 'unprotected'));
});

test('a store that does not answer is waited for only so long, and a claim that it grants too late is released', async () => {
  const { store: working } = setUp();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const slow = storeWith(working, {
    claim: async (slot, more) => {
      await gate;
      return working.claim(slot, more);
    },
  });
  const { engine, clock } = setUp({ store: slow, storeTimeoutMs: 500 });
  const answer = answered(engine);
  await settle();
  clock.advance(500);
  assert.equal(errorOf(await answer), 'store_unavailable');
  open();
  await settle();
  assert.equal((await engine.begin(request())).kind, 'execute');
});

test('an answer that cannot be stored is not sent: the client is told to try again with the same key', async () => {
  const { store: working } = setUp();
  let attempts = 0;
  const failing = storeWith(working, {
    complete: () => {
      attempts++;
      return Promise.reject(new Error('gone'));
    },
  });
  const { engine, clock } = setUp({ store: failing });
  const ending = engine.finish(await executed(engine), ok, about);
  for (let turn = 0; turn < 5; turn++) {
    await settle();
    clock.advance(100);
  }
  const { status, body } = await ending;
  assert.equal(status, 503);
  assert.equal(JSON.parse(String(body)).error, 'idempotency_outcome_unknown');
  assert.equal(attempts, 3);
});

test('a completion whose first reply was lost succeeds when it is tried again', async () => {
  const { store: working } = setUp();
  let isLost = true;
  const flaky = storeWith(working, {
    complete: async (slot, token, completion) => {
      const done = await working.complete(slot, token, completion);
      if (!isLost) return done;
      isLost = false;
      throw new Error('the connection broke after the commit');
    },
  });
  const { engine, clock } = setUp({ store: flaky });
  const ending = engine.finish(await executed(engine), ok, about);
  await settle();
  clock.advance(100);
  assert.deepEqual(await ending, ok);
});

test('by default every status below 500 is stored, except those that say that nothing was done', async () => {
  const nothingDone = [401, 402, 403, 408, 413, 415, 421, 425, 429];
  for (const status of [500, 503, ...nothingDone, 200, 302, 400, 404, 409, 422]) {
    const { engine } = setUp();
    await engine.finish(await executed(engine), { ...ok, status }, about);
    const isStored = status < 500 && !nothingDone.includes(status);
    assert.equal((await engine.begin(request())).kind, isStored ? 'answer' : 'execute', String(status));
  }
});

test('an expired answer is a tombstone: the key is refused, with when it was first used and what it made', async () => {
  const { engine, clock } = setUp({ answerTtlMs: 1000 });
  const firstSeenAt = new Date(clock.nowMs()).toISOString();
  await engine.finish(await executed(engine), { ...ok, headers: [['Location', '/charges/1']] }, about);
  clock.advance(1000);
  const answer = await answered(engine);
  assert.equal(answer.status, 410);
  assert.equal(answer.headers['link'], '</charges/1>; rel="related"');
  const { error, location, firstSeenAt: told } = JSON.parse(answer.body);
  assert.deepEqual([error, location, told], ['idempotency_key_expired', '/charges/1', firstSeenAt]);
  assert.equal(errorOf(await answered(engine, { query: 'other' })), 'idempotency_conflict');
});

/** A UUIDv7 of a time. */
function keyOf(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8abc-0123456789ab`;
}

test('a UUIDv7 ahead of the clock is not executed again when its first use is past the retention', async () => {
  for (const aheadMs of [0, 1, 300_000]) {
    const { engine, clock } = setUp({ retentionMs: 86_400_000 });
    const key = keyOf(clock.nowMs() + aheadMs);
    await engine.finish(await executed(engine, { key }), ok, about);
    clock.advance(86_400_000);
    for (let passedMs = 0; passedMs <= 300_002; passedMs += passedMs < 3 ? 1 : 99_999) {
      assert.equal((await answered(engine, { key })).status, 410, `${aheadMs} ahead, ${passedMs} later`);
      clock.advance(passedMs < 3 ? 1 : 99_999);
    }
  }
});

test('a UUIDv7 that was forgotten under a shorter retention stays refused; one that has a record replays', async () => {
  const dayMs = 86_400_000;
  const { engine, clock, store } = setUp({ retentionMs: dayMs });
  const forgotten = keyOf(clock.nowMs());
  await engine.finish(await executed(engine, { key: forgotten }), ok, about);
  clock.advance(dayMs + 300_001);
  const known = keyOf(clock.nowMs());
  await engine.finish(await executed(engine, { key: known }), ok, about);
  clock.advance(1);
  const longer = setUp({ store, retentionMs: 400 * dayMs, forgottenBeforeMs: clock.nowMs() });
  longer.clock.advance(clock.nowMs() - longer.clock.nowMs());
  assert.equal(errorOf(await answered(longer.engine, { key: forgotten })), 'idempotency_key_expired');
  assert.equal((await answered(longer.engine, { key: known })).status, ok.status);
  assert.equal((await longer.engine.begin(request({ key: keyOf(clock.nowMs()) }))).kind, 'execute');
});

test('a UUIDv7 older than the retention or ahead of the clock is refused, and nothing of it is kept', async () => {
  const { engine, clock } = setUp();
  const old = keyOf(clock.nowMs() - 86_400_001);
  const ahead = keyOf(clock.nowMs() + 300_001);
  assert.equal(errorOf(await answered(engine, { key: old })), 'idempotency_key_expired');
  const future = await answered(engine, { key: ahead });
  assert.equal(errorOf(future), 'idempotency_key_in_future');
  assert.equal(JSON.parse(future.body).serverTime, new Date(clock.nowMs()).toISOString());
  clock.advance(10);
  assert.equal((await engine.begin(request({ key: ahead }))).kind, 'execute');
});

test('a request of which nothing is known but its key is not executed', async () => {
  const { engine } = setUp();
  const answer = await answered(engine, { caller: undefined });
  assert.deepEqual([answer.status, errorOf(answer)], [500, 'caller_unknown']);
});

test('an answer over the bound is sent, is not kept, and its key is never executed again', async () => {
  const { engine } = setUp({ answerBytesMax: 3 });
  assert.equal(await engine.finish(await executed(engine), ok, about), ok);
  assert.equal(errorOf(await answered(engine)), 'idempotency_key_expired');
});

test('an abandoned execution is known as one at once', async () => {
  const { engine } = setUp();
  await (await executed(engine)).abandon();
  assert.equal(errorOf(await answered(engine)), 'idempotency_outcome_unknown');
});

test('an observer that throws does not fail the request', async () => {
  const { engine } = setUp({
    observer: () => {
      throw new Error('observer');
    },
  });
  assert.deepEqual(await engine.finish(await executed(engine), ok, about), ok);
});

test('stored answers are encrypted, open after a rotation of the keys, and unreadable without their key', async () => {
  const secret = (byte: number) => new Uint8Array(32).fill(byte);
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const first = setUp({ store, encryption: [{ id: 'a', secret: secret(1) }] }).engine;
  await first.finish(await executed(first), ok, about);
  const found = await store.inspect(theSlot);
  assert.ok(found?.record.kind === 'completed' && found.record.answer.kind === 'kept');
  assert.equal(Buffer.from(found.record.answer.response).includes('made'), false);
  const rotated = [
    { id: 'b', secret: secret(2) },
    { id: 'a', secret: secret(1) },
  ];
  assert.equal((await answered(setUp({ store, encryption: rotated }).engine)).body, 'made');
  const without = setUp({ store, encryption: [{ id: 'b', secret: secret(2) }] }).engine;
  await assert.rejects(async () => await without.begin(request()), /encrypted with the key "a"/);
});

test('the reference of an operation is the same at every execution, and another one for another caller or key', async () => {
  const seen: string[] = [];
  const { engine } = setUp({
    onAbandoned: ({ reference }) => {
      seen.push(reference);
      return 'rerun';
    },
  });
  const first = await executed(engine);
  await first.abandon();
  const second = await executed(engine);
  assert.deepEqual([second.reference, ...seen], [first.reference, first.reference]);
  assert.match(first.reference, /^[0-9a-f]{64}$/);
  const others = [{ key: 'k2' }, { caller: { kind: 'tenant', tenant: 'u' } as const }];
  for (const other of others) assert.notEqual((await executed(engine, other)).reference, first.reference);
});

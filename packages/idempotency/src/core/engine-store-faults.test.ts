import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  about,
  answered,
  errorOf,
  executed,
  ok,
  request,
  settle,
  setUp,
  storeWith,
} from './test/engine-set-up.ts';

test('if the store cannot be reached nothing is executed, and the answer says so', async () => {
  const { store: working } = setUp();
  const down = storeWith(working, { claim: () => Promise.reject(new Error('refused')) });
  const { engine, events } = setUp({ store: down });
  const answer = await answered(engine);
  assert.equal(answer.status, 503);
  assert.equal(errorOf(answer), 'store_unavailable');
  assert.equal(answer.headers['retry-after'], '1');
  assert.ok(events.some((event) => event.kind === 'store_failed' && event.verb === 'claim'));
});

test('with onStoreError proceed, a request runs without protection if the store cannot be reached', async () => {
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

test('the wait for a store is limited, and a claim that it grants too late is released', async () => {
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

test('an abandoned operation that a claim takes over too late stays abandoned', async () => {
  const { store: working, clock } = setUp();
  let slow = Promise.resolve();
  const store = storeWith(working, {
    claim: async (slot, more) => {
      if (more.takeOver !== undefined) await slow;
      return working.claim(slot, more);
    },
  });
  let asked = 0;
  const onAbandoned = () => {
    asked++;
    return { status: 201, headers: [], body: 'found' };
  };
  const { engine } = setUp({ store, clock, leaseMs: 1000, storeTimeoutMs: 500, onAbandoned });
  // The process of this execution has died, so its clock does not move.
  await executed(setUp({ store: working, leaseMs: 1000 }).engine);
  clock.advance(2000);
  const { promise, resolve: open } = Promise.withResolvers<void>();
  slow = promise;
  const answer = answered(engine);
  await settle();
  clock.advance(500);
  assert.equal(errorOf(await answer), 'store_unavailable');
  open();
  await settle();
  const found = await answered(engine);
  assert.deepEqual([found.body, asked], ['found', 2]);
});

test('an answer that cannot be stored is not sent: the client is asked to retry with the same key', async () => {
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

test('a completion whose first reply was lost succeeds when it is repeated', async () => {
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

test('a take-over that the store grants too late leaves the key abandoned', async () => {
  const { store: working, clock: storeClock } = setUp();
  // Its clock never moves: a dead process renews nothing.
  const first = setUp({ store: working });
  await executed(first.engine);
  storeClock.advance(first.engine.settings.leaseMs);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let takeOvers = 0;
  const slow = storeWith(working, {
    claim: async (slot, more) => {
      if (more.takeOver !== undefined && takeOvers++ === 0) await gate;
      return working.claim(slot, more);
    },
  });
  let asked = 0;
  const { engine } = setUp({
    store: slow,
    clock: storeClock,
    storeTimeoutMs: 500,
    onAbandoned: () => {
      asked += 1;
      return { ...ok, body: 'found' };
    },
  });
  const late = answered(engine);
  await settle();
  storeClock.advance(500);
  assert.equal(errorOf(await late), 'store_unavailable');
  open();
  await settle();
  const other = { body: { kind: 'raw', body: '{"a":2}', contentType: 'application/json' } } as const;
  assert.equal(errorOf(await answered(engine, other)), 'idempotency_conflict');
  assert.equal((await answered(engine)).body, 'found');
  assert.equal(asked, 2);
});

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createOnce, InvalidOptionsError, OnceError, once } from './once.ts';
import { inspect } from './operator.ts';
import { memoryStore } from './stores/memory.ts';
import { sqliteStore } from './stores/sqlite.ts';
import { Gate } from './testing/adapter-laws/gate.ts';
import { ManualClock } from './testing/manual-clock.ts';

function refusedWith(code: string) {
  return (error: unknown) => error instanceof OnceError && error.code === code;
}

test('the same key and payload give the stored result, another payload is a conflict', async () => {
  const store = memoryStore();
  let runs = 0;
  const charge = (payload: unknown) =>
    once(store, 'order 7 – Łódź', payload, () => {
      runs++;
      return { id: runs, at: new Date(0), rest: [1, null], left: undefined };
    });
  const first = await charge({ amount: 1, to: 'alice' });
  const at: string = first.at;
  assert.equal(at, '1970-01-01T00:00:00.000Z');
  assert.deepEqual(first, { id: 1, at: '1970-01-01T00:00:00.000Z', rest: [1, null] });
  assert.deepEqual(await charge({ to: 'alice', amount: 1 }), first);
  await assert.rejects(charge({ amount: 9999, to: 'bob' }), refusedWith('idempotency_conflict'));
  assert.equal(runs, 1);
});

test('scopes are separate from one another and from HTTP tenants', async () => {
  const store = memoryStore();
  const names = ['default', 'invoices', 'mails'];
  const results = [];
  for (const scope of names) results.push(await createOnce({ store, scope })('k', 1, () => scope));
  assert.deepEqual(results, names);
  assert.equal(await once(store, 'k', 1, () => 'again'), 'default');
  assert.equal(
    (await inspect(store, { caller: { kind: 'job', scope: 'mails' }, key: 'k' })).kind,
    'completed',
  );
  assert.equal(
    (await inspect(store, { caller: { kind: 'tenant', tenant: 'mails' }, key: 'k' })).kind,
    'unknown',
  );
});

test('of twenty simultaneous calls one executes and all get its result; one that may not wait is refused', async () => {
  const store = memoryStore();
  const gate = new Gate();
  gate.close();
  let runs = 0;
  const work = async () => {
    runs++;
    await gate.pass();
    return runs;
  };
  const all = Array.from({ length: 20 }, () => once(store, 'k', {}, work));
  await gate.arrival();
  await assert.rejects(
    createOnce({ store, waitMs: 0 })('k', {}, work),
    (error) => error instanceof OnceError && error.refusal?.code === 'idempotency_in_progress',
  );
  gate.open();
  assert.deepEqual(new Set(await Promise.all(all)), new Set([1]));
});

test('work that throws may be done again, unless its outcome counts as unknown', async () => {
  const failing = () => Promise.reject(new RangeError('no connection'));
  const free = createOnce({ store: memoryStore() });
  await assert.rejects(free('k', 1, failing), RangeError);
  assert.equal(await free('k', 1, () => 'done'), 'done');

  const unknown = createOnce({ store: memoryStore(), onThrow: 'unknown' });
  await assert.rejects(unknown('k', 1, failing), RangeError);
  await assert.rejects(
    unknown('k', 1, () => 'done'),
    refusedWith('idempotency_outcome_unknown'),
  );
});

test('work whose process died has an unknown outcome, until onAbandoned finds its result', async () => {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  // The clock of a dead process does not move: the process renews nothing.
  const dead = createOnce({ store, clock: new ManualClock(), leaseMs: 1000 });
  const gate = new Gate();
  gate.close();
  const begun = dead('k', { amount: 1 }, async () => gate.pass());
  await gate.arrival();
  clock.advance(1000);

  const refusing = createOnce({ store, clock });
  await assert.rejects(
    refusing('k', { amount: 1 }, () => 2),
    refusedWith('idempotency_outcome_unknown'),
  );
  const seen: unknown[] = [];
  const looking = createOnce({
    store,
    clock,
    onAbandoned: ({ key, fencingToken }) => {
      seen.push([key, fencingToken > 0]);
      return { result: { found: true } };
    },
  });
  assert.deepEqual(await looking('k', { amount: 1 }, () => ({ found: false })), { found: true });
  assert.deepEqual(await refusing('k', { amount: 1 }, () => ({ found: false })), { found: true });
  assert.deepEqual(seen, [['k', true]]);
  gate.open();
  await assert.rejects(begun, refusedWith('idempotency_outcome_unknown'));
});

test('a result that was evicted, is too large or is not JSON leaves a tombstone: the work is not done again', async () => {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const bounded = createOnce({ store, clock, answerTtlMs: 1000, answerBytesMax: 10 });
  assert.equal(await bounded('large', 1, () => 'x'.repeat(20)), 'x'.repeat(20));
  await assert.rejects(
    bounded('bigint', 1, () => 1n),
    refusedWith('result_not_json'),
  );
  await assert.rejects(
    bounded('function', 1, () => () => 1),
    refusedWith('result_not_json'),
  );
  assert.equal(await bounded('small', 1, () => undefined), undefined);
  assert.equal(await bounded('small', 1, () => undefined), undefined);
  clock.advance(1000);
  for (const key of ['large', 'bigint', 'function', 'small']) {
    await assert.rejects(
      bounded(key, 1, () => 'again'),
      refusedWith('idempotency_key_expired'),
    );
  }
});

test('the work receives its key, its reference, a growing fencing token and a signal that a lost lease aborts', async () => {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const run = createOnce({ store, clock, leaseMs: 1000, executionMsMax: 1500 });
  const tokens: number[] = [];
  for (const key of ['a', 'b']) {
    await run(key, 1, (operation) => {
      assert.equal(operation.key, key);
      assert.match(operation.reference, /^[\da-f]{64}$/);
      assert.equal(operation.signal.aborted, false);
      tokens.push(operation.fencingToken);
    });
  }
  assert.ok((tokens[0] ?? 0) < (tokens[1] ?? 0));
  await run('c', 1, ({ signal }) => {
    clock.advance(2000);
    assert.equal(signal.aborted, true);
  });
});

test('an invalid key, payload or option is refused before the work', async () => {
  const store = memoryStore();
  const never = () => assert.fail('the work was done');
  for (const key of ['', 'x'.repeat(256), '\ud800', Object(7)]) {
    await assert.rejects(once(store, key, 1, never), refusedWith('invalid_idempotency_key'));
  }
  await assert.rejects(once(store, 'k', { when: new WeakMap() }, never), TypeError);
  for (const options of [
    { store, scope: '' },
    { store, onThrow: 'keep' },
    { store, mode: 'atomic', onThrow: 'free' },
    { store, leaseMs: -1 },
    { store, profile: 'ietf' },
  ]) {
    const named = Object.keys(options).at(-1) ?? '';
    assert.throws(
      () => Reflect.apply(createOnce, undefined, [options]),
      (error) => error instanceof InvalidOptionsError && error.message.includes(named),
    );
  }
});

test('while the store fails no work is done', async () => {
  const store = memoryStore();
  store.claim = () => Promise.reject(new Error('no connection'));
  await assert.rejects(
    once(store, 'k', 1, () => assert.fail('the work was done')),
    refusedWith('store_unavailable'),
  );
});

test('in the atomic mode effect and result are one commit, and work that was rolled back may be done again', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE charges (amount INTEGER)');
  const store = sqliteStore({ database });
  const atomic = createOnce({ store, mode: 'atomic' });
  const charge = (end: 'COMMIT' | 'ROLLBACK', throws = false) =>
    atomic('k', { amount: 7 }, (operation) => {
      database.exec('BEGIN IMMEDIATE; INSERT INTO charges VALUES (7)');
      operation.completeWithin(store.within(database), { charged: 7 });
      database.exec(end);
      if (throws) throw new RangeError('after the commit');
      return { charged: 7 };
    });
  await assert.rejects(charge('ROLLBACK'), refusedWith('not_completed'));
  await assert.rejects(charge('ROLLBACK', true), RangeError);
  assert.deepEqual(await charge('COMMIT', true), { charged: 7 });
  assert.deepEqual(await charge('COMMIT'), { charged: 7 });
  assert.equal(database.prepare('SELECT count(*) AS n FROM charges').get()?.['n'], 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../stores/memory.ts';
import { checkOptions } from './check-options.ts';
import { InvalidOptionsError } from './invalid-options.ts';
import { keyOptionFaults } from './key-options.ts';
import type { IdempotencyOptions } from './options.ts';

/** Options as JavaScript passes them, not checked by a compiler. */
function unchecked(options: Readonly<Record<string, unknown>>): IdempotencyOptions {
  return options as unknown as IdempotencyOptions;
}

function faultsOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    checkOptions(unchecked({ store: memoryStore(), ...options }));
  } catch (error) {
    assert.ok(error instanceof InvalidOptionsError);
    return error.faults;
  }
  return [];
}

test('all mistakes are reported in one error', () => {
  const faults = faultsOf({
    store: {},
    leaseMS: 1,
    profile: 'strict',
    mode: 'atomic',
    onAbandoned: 'rerun',
    waitMs: -1,
    answerTtlMs: 1.5,
    methods: ['PO ST'],
    shouldStore: true,
    keepHeaders: ['X-Mine', 'Set-Cookie'],
    encryption: [{ id: '', secret: new Uint8Array(16) }],
  });
  assert.deepEqual(
    faults.map((fault) => fault.split(/ must| is not| names|: /)[0]),
    [
      'there is no option leaseMS',
      'store',
      'profile',
      'shouldStore',
      'methods',
      'mode',
      'answerTtlMs',
      'waitMs',
      'onAbandoned',
      'keepHeaders',
      'encryption[0].id',
      'encryption[0].secret',
    ],
  );
});

test('a retention shorter than the lifetime of answers is a mistake', () => {
  assert.deepEqual(faultsOf({ answerTtlMs: 2000, retentionMs: 1999 }).length, 1);
  assert.deepEqual(faultsOf({ answerTtlMs: 2000, retentionMs: 2000 }), []);
});

test('bounds of numbers hold at their edges', () => {
  assert.deepEqual(faultsOf({ leaseMs: 100, waitMs: 0, answerBytesMax: 0 }), []);
  for (const leaseMs of [99, 86_400_001, Number.NaN, '1000']) assert.equal(faultsOf({ leaseMs }).length, 1);
});

test('a runtime that is too old is reported at start, in one sentence', (t) => {
  const { withResolvers } = Promise;
  t.after(() => Object.assign(Promise, { withResolvers }));
  Object.assign(Promise, { withResolvers: undefined });
  assert.deepEqual(faultsOf({}), ['this runtime has no Promise.withResolvers: Node must be 22.15 or later']);
});

test('missing options are reported as a mistake, without a crash', () => {
  assert.throws(() => checkOptions(unchecked({})), /store must be a store/);
  assert.throws(() => checkOptions(JSON.parse('null')), InvalidOptionsError);
});

test('the memory store remembers keys for a day, the others for 400 days, unless the options set another time', () => {
  const store = memoryStore();
  const { claim, renew, complete, release, inspect } = store;
  assert.equal(checkOptions({ store }).retentionMs, 86_400_000);
  const other = { claim, renew, complete, release, inspect };
  assert.equal(checkOptions({ store: other }).retentionMs, 400 * 86_400_000);
  assert.equal(checkOptions({ store: other, retentionMs: 86_400_000 }).retentionMs, 86_400_000);
});

test('onServerError takes one of three words, and none in the atomic mode', () => {
  for (const onServerError of ['free', 'keep', 'unknown']) assert.deepEqual(faultsOf({ onServerError }), []);
  assert.match(faultsOf({ onServerError: 'store' }).join(), /onServerError must be free or keep or unknown/);
  assert.match(faultsOf({ onServerError: 'free', mode: 'atomic' }).join(), /not for the atomic mode/);
});

test('the atomic mode needs a store that supports it: with another each retry would be executed again', () => {
  assert.match(faultsOf({ mode: 'atomic' }).join(), /^mode must be leased: this store has no within\(\)/);
  const store = Object.assign(memoryStore(), { within: () => undefined });
  assert.deepEqual(faultsOf({ mode: 'atomic', store }), []);
});

test('the place and the form of keys, and what is skipped, are checked at start', () => {
  const faults = (options: Readonly<Record<string, unknown>>) => keyOptionFaults(options).length;
  for (const keyOf of [{ header: 'X-Key' }, { body: 'key' }, { body: ['meta', 'key'] }, () => undefined]) {
    assert.equal(faults({ keyOf }), 0);
  }
  for (const keyOf of [
    'X-Key',
    null,
    {},
    { header: 'X Key' },
    { body: [] },
    { body: [''] },
    { header: 'a', body: 'b' },
  ]) {
    assert.equal(faults({ keyOf }), 1);
  }
  assert.equal(faults({ keyOf: { body: 'key' }, fingerprintBody: () => '' }), 1);
  assert.equal(faults({ skip: true }), 1);
  assert.match(faultsOf({ keyLengthMin: 9, keyLengthMax: 8 }).join(), /keyLengthMin must not be greater/);
  assert.match(faultsOf({ keyLengthMax: 256 }).join(), /keyLengthMax/);
  for (const keyPattern of [/a/g, /a/y, 'a']) assert.match(faultsOf({ keyPattern }).join(), /keyPattern/);
});

test('a header name to keep may end with *, which never matches headers of a single exchange', () => {
  const { isKeptHeader } = checkOptions({
    store: memoryStore(),
    keepHeaders: ['X-*', 'Retry-After', 'set-*'],
  });
  for (const name of ['x-total', 'retry-after', 'content-type']) assert.equal(isKeptHeader(name), true, name);
  for (const name of ['x-request-id', 'set-cookie', 'server', 'retry-after-ms']) {
    assert.equal(isKeptHeader(name), false, name);
  }
  assert.match(faultsOf({ keepHeaders: ['x-*-y'] }).join(), /keepHeaders/);
  assert.match(faultsOf({ keepHeaders: [7] }).join(), /keepHeaders/);
});

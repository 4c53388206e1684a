import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../stores/memory.ts';
import { checkOptions } from './check-options.ts';
import { KeyReader, type KeyReading } from './key-reader.ts';
import type { IdempotencyOptions } from './options.ts';

const refused = (reason: string): KeyReading => ({
  kind: 'refused',
  refusal: { code: 'invalid_idempotency_key', reason },
});
const required: KeyReading = { kind: 'refused', refusal: { code: 'idempotency_key_required' } };
const unprotected: KeyReading = { kind: 'unprotected' };
const key = (text: string): KeyReading => ({ kind: 'key', key: text });
const has = (name: string) => (wanted: string) => wanted === name;
const none = () => false;

/** A reader of keys, and how often it has seen a header with a similar name. */
function readerOf(options: Readonly<Record<string, unknown>> = {}) {
  const seen = { lookalikes: 0 };
  const settings = checkOptions({ store: memoryStore(), ...options } as unknown as IdempotencyOptions, [
    'keyOf',
  ]);
  const reader = new KeyReader(settings, () => {
    seen.lookalikes += 1;
  });
  return { reader, seen };
}

test('a request is read further only if its method is protected and it may have a key', () => {
  const { reader, seen } = readerOf();
  assert.equal(reader.concerns('POST', has('idempotency-key')), true);
  assert.equal(reader.concerns('post', has('idempotency-key')), true);
  assert.equal(reader.concerns('GET', has('idempotency-key')), false);
  assert.equal(reader.concerns('POST', none), false);
  assert.equal(seen.lookalikes, 0);
  assert.equal(reader.concerns('POST', has('x-idempotency-key')), false);
  assert.equal(seen.lookalikes, 1);
  assert.equal(readerOf({ requireKey: true }).reader.concerns('POST', none), true);
  assert.equal(readerOf({ keyOf: { body: 'key' } }).reader.concerns('POST', none), true);
});

test('a key in a header is parsed, and must have the length and the form of the options', () => {
  const { reader } = readerOf({ keyLengthMin: 2, keyLengthMax: 3, keyPattern: /^a/ });
  assert.deepEqual(reader.ofLines(['ab']), key('ab'));
  assert.deepEqual(reader.ofLines(['abc']), key('abc'));
  assert.deepEqual(reader.ofLines(['a']), refused('the key is shorter than 2 characters'));
  assert.deepEqual(reader.ofLines(['abcd']), refused('the key is longer than 3 characters'));
  assert.deepEqual(reader.ofLines(['bc']), refused('the key does not have the form that this API asks for'));
  const twice = reader.ofLines(['ab', 'ac']);
  assert.ok(twice.kind === 'refused' && twice.refusal.code === 'invalid_idempotency_key');
  assert.deepEqual(readerOf().reader.ofLines([]), unprotected);
  assert.deepEqual(readerOf({ requireKey: true }).reader.ofLines([]), required);
});

test('a key in a body is taken as it is, and must be a string', () => {
  const { reader, seen } = readerOf({ keyOf: { body: ['meta', 'key'] } });
  const body = (value: unknown) => ({ kind: 'parsed', value }) as const;
  assert.deepEqual(reader.ofBody(body({ meta: { key: '"a"' } }), none), key('"a"'));
  assert.deepEqual(
    reader.ofBody({ kind: 'raw', body: '{"meta":{"key":"a"}}', contentType: undefined }, none),
    key('a'),
  );
  assert.deepEqual(reader.ofBody(body({ meta: { key: 7 } }), none), refused('the key must be a string'));
  assert.equal(reader.ofBody(body({ meta: { key: '' } }), none).kind, 'refused');
  assert.equal(seen.lookalikes, 0);
  assert.deepEqual(reader.ofBody(body({}), has('idempotency-key')), unprotected);
  assert.deepEqual(reader.ofBody({ kind: 'none' }, none), unprotected);
  assert.equal(seen.lookalikes, 1);
  assert.deepEqual(
    readerOf({ keyOf: { body: 'key' }, requireKey: true }).reader.ofBody(body({}), none),
    required,
  );
});

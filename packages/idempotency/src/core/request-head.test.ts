import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldLines, headerValues, parseRequestId, splitTarget } from './request-head.ts';

test('a target has the same path and query with and without its origin', () => {
  for (const [target, path, query] of [
    ['/usage', '/usage', ''],
    ['/usage?a=1&b=?', '/usage', 'a=1&b=?'],
    ['/usage?', '/usage', ''],
    ['//usage', '//usage', ''],
    ['http://api.example/usage?a=http://b/c', '/usage', 'a=http://b/c'],
    ['HTTPS://api.example:8443/a/b', '/a/b', ''],
    ['http://[::1]:3001', '/', ''],
    ['http://api.example?a=1', '/', 'a=1'],
    ['/a?b=http://c/d', '/a', 'b=http://c/d'],
    ['*', '*', ''],
  ] as const) {
    assert.deepEqual(splitTarget(target), { path, query }, target);
  }
});

test('a header is used whether Node read it or earlier code set it', () => {
  const values = (headers: Record<string, string | string[]>, ...rawHeaders: string[]) =>
    headerValues({ headers, rawHeaders }, 'idempotency-key');
  assert.deepEqual(values({}), []);
  assert.deepEqual(values({ 'idempotency-key': 'a' }, 'Idempotency-Key', 'a'), ['a']);
  assert.deepEqual(values({ 'idempotency-key': 'a, b' }, 'idempotency-key', 'a', 'IDEMPOTENCY-KEY', 'b'), [
    'a',
    'b',
  ]);
  assert.deepEqual(values({ 'idempotency-key': 'a' }), ['a']);
  assert.deepEqual(values({ 'idempotency-key': ['a', 'b'] }), ['a', 'b']);
  assert.deepEqual(values({ 'idempotency-key': 'of a proxy' }, 'Idempotency-Key', 'a'), ['of a proxy']);
});

test('a request id is repeated only if it cannot forge a line of a log', () => {
  for (const id of ['a', 'a'.repeat(255), 'A-z_0.:=+/']) assert.equal(parseRequestId(id), id);
  assert.equal(parseRequestId(7), '7');
  for (const id of ['', 'a'.repeat(256), 'a b', 'a\n', '\na', 'é', undefined, null, {}, 7n]) {
    assert.equal(parseRequestId(id), undefined);
  }
});

test('only whole pairs of raw headers with exactly this name are its lines', () => {
  const raw = ['Key', 'a', 'keys', 'b', 'ke', 'c', 'KEY', 'd', 'key'];
  assert.deepEqual(fieldLines(raw, 'key'), ['a', 'd']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitTarget } from './request-head.ts';

test('a target has the same path and query whether it is sent with its origin or without', () => {
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

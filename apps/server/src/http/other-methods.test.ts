import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '@billonce/contract';
import { allowedAt } from './other-methods.ts';

test('each path of the contract names its methods, and HEAD beside GET', () => {
  for (const { path, method } of Object.values(operations)) {
    const target = path.replaceAll(/\{\w+\}/g, 'x');
    const allowed = allowedAt(target)?.split(', ') ?? [];
    assert.ok(allowed.includes(method), target);
    assert.equal(allowed.includes('HEAD'), allowed.includes('GET'), target);
  }
});

test('a path also has the methods of a path with parameters that matches it', () => {
  assert.equal(allowedAt('/api/v1/services/search'), 'DELETE, GET, HEAD');
  assert.equal(allowedAt('/api/v1/services/bulk'), 'DELETE, GET, HEAD, POST');
});

test('a path is found with a query, with an origin and in another spelling', () => {
  for (const target of [
    '/api/v1/usage?a=/b',
    'http://localhost/api/v1/usage',
    '/api/v1/us%61ge',
    '/api/v1/usage#a',
  ]) {
    assert.equal(allowedAt(target), 'POST', target);
  }
});

test('other paths have no methods', () => {
  for (const target of [
    '/',
    '',
    '/usage',
    '/api/v1',
    '/api/v1/usage/',
    '/api/v1/services/',
    '/api/v1/%',
    '*',
    '/api/v1/nothing',
  ]) {
    assert.equal(allowedAt(target), undefined, target);
  }
});

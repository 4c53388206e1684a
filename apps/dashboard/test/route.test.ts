import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefOf, parseRoute, type Route } from '../src/core/route.ts';

test('every link leads to its page, even if the name in it has special characters', () => {
  const nasty = 'team/7@example.com#a+b%2F|*';
  const routes: readonly Route[] = [
    { page: 'overview' },
    { page: 'agents' },
    { page: 'agent', agent: nasty },
    { page: 'account', agent: nasty, serviceId: 'vendor/model:input' },
    { page: 'bills' },
    { page: 'bill', id: '019a7f6e-3a60-7c3e-9b1d-0123456789ab' },
    { page: 'run', runId: '2026-11:late' },
    { page: 'lookup', what: '' },
    { page: 'lookup', what: 'a key with spaces / and more' },
    { page: 'services' },
    { page: 'service', serviceId: nasty },
    { page: 'webhooks' },
    { page: 'webhook', id: 'w' },
    { page: 'api-keys' },
    { page: 'log' },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(hrefOf(route)), route);
});

test('a link that names no page is not a route', () => {
  for (const hash of ['#/nothing', '#/nothing/here', '#/agents/%E0%A4%A', '#/log/7']) {
    assert.deepEqual(parseRoute(hash), { page: 'unknown' });
  }
  assert.deepEqual(parseRoute(''), { page: 'overview' });
});

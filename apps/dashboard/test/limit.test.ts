import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsText, countsUsageOf, isQuantity, levelsOf } from '../src/core/limit.ts';

test('a user enters levels in percent, and the page sends them as fractions of the maximum', () => {
  assert.deepEqual(levelsOf('80, 100'), [0.8, 1]);
  assert.deepEqual(levelsOf('7%; 0.1 % 33.3'), [0.07, 0.001, 0.333]);
  assert.deepEqual(levelsOf(''), []);
  for (const bad of ['0', '100.1', 'half', '-5', '12.34', '1 2 3 4 5 6']) {
    assert.equal(levelsOf(bad), undefined, bad);
  }
});

test('the form accepts exactly the maximums that the API accepts', () => {
  for (const good of ['1', '0.5', '999999999999999999', '0.000001']) assert.ok(isQuantity(good), good);
  for (const bad of ['', '0', '0.0', '-1', '1,000', '01', '0.0000001']) assert.ok(!isQuantity(bad), bad);
});

test('a limit says whose usage it counts', () => {
  const limit = (
    agent: string | null,
    serviceId: string | null = null,
    apiKeyPrefix: string | null = null,
  ) => ({
    agent,
    serviceId,
    apiKeyPrefix,
  });
  assert.equal(countsText(limit(null)), 'all agents together, all services');
  assert.equal(countsText(limit('*', 'search')), 'each agent separately, search');
  assert.equal(countsText(limit('ada', null, 'apk_0f3a9b2c')), 'only ada, all services, key apk_0f3a9b2c');
  const counted = [null, '*', 'ada', 'ben'].map((agent) => countsUsageOf({ agent }, 'ada'));
  assert.deepEqual(counted, [true, true, true, false]);
});

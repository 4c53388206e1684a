import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DailyBytes } from './daily-bytes.ts';

const dayMs = 86_400_000;

test('a tenant has its quota of bytes to the last one, apart from others, and again on the next day', () => {
  const bytes = new DailyBytes(1_000);
  const nowMs = 20_000 * dayMs + dayMs / 2;
  assert.equal(bytes.refusedFor('acme', 600, nowMs), undefined);
  assert.equal(bytes.refusedFor('acme', 401, nowMs), 43_200);
  assert.equal(bytes.refusedFor('acme', 400, nowMs), undefined, 'what was refused is not counted');
  assert.equal(bytes.refusedFor('acme', 1, nowMs), 43_200);
  assert.equal(bytes.refusedFor('other', 1_000, nowMs), undefined);
  assert.equal(bytes.refusedFor('acme', 1, nowMs + dayMs / 2 - 1), 1);
  assert.equal(bytes.refusedFor('acme', 1_000, nowMs + dayMs / 2), undefined);
});

test('without a quota nothing is refused', () => {
  assert.equal(new DailyBytes(0).refusedFor('acme', Number.MAX_SAFE_INTEGER, 0), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from './progress.ts';

const start = { atMs: 0, items: 0, bytes: 0 };

test('a line shows the progress, the rate and the remaining time', () => {
  const now = { atMs: 2_000, items: 50_000, bytes: 250 };
  const line = progressLine(start, now, { sizeBytes: 1_000, trouble: () => undefined });
  assert.equal(line, '[######------------------]  25 %  50,000 items  25,000/s  0:06 left');
});

test('a pipe has no remaining time, and an outage is shown', () => {
  const now = { atMs: 1_000, items: 10, bytes: 250 };
  const line = progressLine(start, now, { sizeBytes: undefined, trouble: () => '503 overloaded' });
  assert.equal(line, '10 items  10/s  waiting: 503 overloaded');
});

test('while there is no progress, no remaining time is shown', () => {
  const now = { atMs: 9_000, items: 0, bytes: 0 };
  const line = progressLine(start, now, { sizeBytes: 10, trouble: () => undefined });
  assert.equal(line, '[------------------------]  0 %  0 items  0/s');
});

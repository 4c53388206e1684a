import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgottenBeforeMs, steadyForMs, steadySinceMs } from './steady-clock.ts';

const sweptAtMs = 1_000_000_000_000;
const known = sweptAtMs - steadyForMs;

test('a clock stays steady if it is corrected by at most a minute and sweeps are at most three days apart', () => {
  const since = (nowMs: number) => steadySinceMs({ sweptAtMs, steadySinceMs: known }, nowMs);
  for (const nowMs of [sweptAtMs, sweptAtMs - 60_000, sweptAtMs + steadyForMs]) {
    assert.equal(since(nowMs), known, String(nowMs - sweptAtMs));
  }
  for (const nowMs of [sweptAtMs - 60_001, sweptAtMs - 365 * steadyForMs, sweptAtMs + steadyForMs + 1]) {
    assert.equal(since(nowMs), nowMs, String(nowMs - sweptAtMs));
  }
});

test('a clock without a known past counts as steady from now on', () => {
  for (const unknown of [
    { sweptAtMs: undefined, steadySinceMs: known },
    { sweptAtMs, steadySinceMs: undefined },
  ]) {
    assert.equal(steadySinceMs(unknown, sweptAtMs + 1), sweptAtMs + 1);
  }
});

test('records are forgotten only once the clock was steady for longer than the retention', () => {
  assert.equal(forgottenBeforeMs(known, known + 1_000, 1_000), undefined);
  assert.equal(forgottenBeforeMs(known, known + 1_001, 1_000), known + 1);
});

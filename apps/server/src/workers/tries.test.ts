import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tries } from './tries.ts';

/** Returns in which of these turns a webhook is tried. */
function turnsOf(tries: Tries, turns: number): number[] {
  const tried = [];
  for (let turn = 1; turn <= turns; turn++) {
    tries.beginTurn();
    if (tries.take('a')) tried.push(turn);
  }
  return tried;
}

test('a webhook that refuses messages is tried at growing intervals, and in the end in every twenty-fifth turn', () => {
  assert.deepEqual(turnsOf(new Tries(), 90), [1, 2, 4, 8, 16, 32, 57, 82]);
});

test('a webhook that accepted a message starts again at the first turn, and so do all webhooks after forget()', () => {
  const tries = new Tries();
  turnsOf(tries, 40);
  tries.end('a');
  assert.deepEqual(turnsOf(tries, 8), [1, 2, 4, 8]);
  assert.equal(tries.take('a'), false);
  tries.forget();
  assert.equal(tries.take('a'), true);
});

test('in one turn a webhook is tried once, and each webhook has its own tries', () => {
  const tries = new Tries();
  tries.beginTurn();
  assert.deepEqual([tries.take('a'), tries.take('a'), tries.take('b')], [true, false, true]);
});

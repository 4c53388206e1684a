import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Generations } from './generations.ts';

const byLength = () => new Generations<string>(10, (value) => value.length);

test('a value is kept while it is requested, and others are forgotten', () => {
  const rows = byLength();
  rows.set('a', 'aaaa');
  for (let number = 0; number < 20; number++) {
    rows.set(`other ${number}`, 'oooo');
    assert.equal(rows.get('a'), 'aaaa');
  }
  assert.equal(rows.get('other 0'), undefined);
  assert.equal(rows.get('other 19'), 'oooo');
});

test('a newer value replaces an older one in both generations', () => {
  const rows = byLength();
  rows.set('a', 'old');
  rows.set('b', 'bbbbbbbbbb');
  rows.set('a', 'new');
  assert.equal(rows.get('a'), 'new');
  rows.set('c', 'cccccccccc');
  assert.equal(rows.get('a'), 'new');
});

test('a forgotten value is in no generation', () => {
  const rows = byLength();
  rows.set('a', 'old');
  rows.set('b', 'bbbbbbbbbb');
  rows.set('a', 'new');
  rows.forget('a');
  assert.equal(rows.get('a'), undefined);
  rows.forgetAll();
  assert.equal(rows.get('b'), undefined);
});

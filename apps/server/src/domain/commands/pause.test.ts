import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks } from '../../../test/harness/domain-books.ts';

const pause = (isPaused: boolean) => ({ kind: 'set_paused', isPaused, followedWithinMs: 3 }) as const;

test('a second pause keeps the time of the first one', () => {
  const books = new DomainBooks();
  assert.deepEqual(changed(books.done(pause(false)).changes), {});
  const first = books.done(pause(true));
  assert.deepEqual(first.fact, { kind: 'pause_set', isPaused: true, followedWithinMs: 3 });
  assert.deepEqual(changed(first.changes), { pauses: [{ isPaused: true, sinceMs: books.nowMs }] });
  assert.deepEqual(changed(books.done(pause(true)).changes), {});
  assert.deepEqual(changed(books.done(pause(false)).changes), {
    pauses: [{ isPaused: false, sinceMs: books.nowMs }],
  });
});

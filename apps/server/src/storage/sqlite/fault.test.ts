import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsReopening, storageFault } from './fault.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('from SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

test('a failed commit that may have reached the log is not reported as undone', () => {
  const kinds = (place: 'save' | 'commit', ...codes: number[]) =>
    codes.map((code) => storageFault(sqliteError(code), place).kind);
  // Out of memory, I/O error (also with an extended code), damaged.
  assert.deepEqual(kinds('commit', 7, 10, 10 | (4 << 8), 11), Array(4).fill('outcome_unknown'));
  // Busy, locked, read-only, full.
  assert.deepEqual(kinds('commit', 5, 6, 8, 13), Array(4).fill('unavailable'));
  assert.deepEqual(kinds('save', 7, 10, 11, 13), Array(4).fill('unavailable'));
});

test('an error that no retry can fix rejects its batch, whose commands are then tried one by one', () => {
  assert.equal(storageFault(sqliteError(19), 'save').kind, 'rejected');
  assert.equal(storageFault(new TypeError('a defect'), 'save').kind, 'rejected');
});

test('a file that failed is opened again, one that was busy or full is not', () => {
  const reopened = (code: number) => needsReopening(sqliteError(code));
  // Read-only, I/O error (also with an extended code), damaged, not opened, no database.
  assert.deepEqual([8, 10, 10 | (1 << 8), 11, 14, 26].filter(reopened).length, 6);
  // Busy, locked, full, a constraint.
  assert.deepEqual([5, 6, 13, 19].filter(reopened), []);
  assert.equal(needsReopening(new TypeError('a defect')), false);
});

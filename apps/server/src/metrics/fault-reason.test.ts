import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionLost, storageFault as ofPostgres } from '../storage/postgres/fault.ts';
import { storageFault as ofSqlite } from '../storage/sqlite/fault.ts';
import { faultReason } from './fault-reason.ts';

test('the reason of a fault of PostgreSQL is that of its SQLSTATE, or of the connection', () => {
  const reasonOf = (code: string) =>
    faultReason(
      ofPostgres(Object.assign(new Error('said'), { code, severity: 'ERROR' }), 'before_commit').facts,
    );
  assert.deepEqual(
    [
      '53100',
      '53200',
      '53300',
      '58030',
      'XX001',
      '25006',
      '40001',
      '23505',
      '55P03',
      '57014',
      '57P01',
      '42P01',
    ].map(reasonOf),
    [
      'disk_full',
      'memory',
      'connection',
      'io_error',
      'damaged',
      'read_only',
      'contention',
      'contention',
      'contention',
      'timeout',
      'connection',
      'rejected',
    ],
  );
  for (const code of ['ECONNREFUSED', 'EPIPE', 'ECONNRESET']) {
    const lost = new ConnectionLost(Object.assign(new Error(code), { code }));
    assert.equal(faultReason(ofPostgres(lost, 'commit').facts), 'connection', code);
  }
  assert.equal(
    faultReason(ofPostgres(new ConnectionLost(new Error('silent')), 'commit').facts),
    'connection',
  );
});

test('the reason of a fault of SQLite is that of its result code', () => {
  const reasonOf = (errcode: number) =>
    faultReason(ofSqlite(Object.assign(new Error('said'), { errcode }), 'commit').facts);
  // The last ones are extended codes: SQLITE_IOERR_FSYNC, SQLITE_READONLY_DBMOVED.
  assert.deepEqual([5, 7, 10, 11, 13, 14, 26, 1034, 1032].map(reasonOf), [
    'contention',
    'memory',
    'io_error',
    'damaged',
    'disk_full',
    'io_error',
    'damaged',
    'io_error',
    'read_only',
  ]);
});

test('a fault that the storage did not cause has no reason', () => {
  assert.equal(faultReason({ message: 'the queue is full' }), undefined);
});

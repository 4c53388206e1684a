// Books of an earlier version whose indexes are migrated to lagging tables: afterwards every row is still found.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { accountEntries } from '../../migrations/0003-account-entries.ts';
import { recordLog } from '../../migrations/0004-record-log.ts';
import { books } from './0001-books.ts';
import { reversals } from './0002-reversals.ts';
import { writeOffs } from './0010-write-offs.ts';

function earlierBooks(t: TestContext) {
  const database = new DatabaseSync(':memory:');
  t.after(() => database.close());
  for (const sql of [books, reversals, writeOffs]) database.exec(sql);
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  return { database, rows };
}

test('the migration adds existing entries to the index of their accounts, and keeps the related rows', (t) => {
  const { database, rows } = earlierBooks(t);
  database.exec(`
    INSERT INTO accounts (account, tenant, agent, service_id, sequence, settled_through, settlements, recorded_requests,
      settled_requests, settled_stroops) VALUES (1, 'acme', 'a', 's', 3, 0, 0, 3, 0, 0), (2, 'bolt', 'a', 's', 1, 0, 0, 1, 0, 0);
    INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests, recorded_at_ms) VALUES
      ('acme', x'02', 1, 1, 3, 0, 3, 0), ('acme', x'04', 1, 2, -3, 0, 3, 0), ('acme', x'05', 1, 3, 0, 0, 3, 0),
      ('bolt', x'03', 2, 1, 1, 0, 1, 0);
    INSERT INTO reversals (account, sequence, entry_id, from_sequence, through_sequence) VALUES (1, 2, x'02', 0, 1);
    INSERT INTO reversal_lines (account, sequence, price_version, requests, line_reversed) VALUES (1, 2, 0, 3, 3);
    INSERT INTO write_offs (account, sequence, kind, stroops, reason) VALUES (1, 3, 'paid_out', 5, 'why');
  `);
  database.exec(accountEntries.sqlite);
  assert.deepEqual(rows('SELECT account, sequence, hex(id) FROM account_entries ORDER BY 1, 2'), [
    [1, 1, '02'],
    [1, 2, '04'],
    [1, 3, '05'],
    [2, 1, '03'],
  ]);
  assert.deepEqual(rows('SELECT hex(entries_indexed_through) FROM ledger_clock'), [['05']]);
  assert.deepEqual(rows('SELECT account, sequence, hex(entry_id), through_sequence FROM reversals'), [
    [1, 2, '02', 1],
  ]);
  assert.deepEqual(rows('SELECT account, sequence, requests, line_reversed FROM reversal_lines'), [
    [1, 2, 3, 3],
  ]);
  assert.deepEqual(rows('SELECT account, sequence, stroops, reason FROM write_offs'), [[1, 3, 5, 'why']]);
  assert.deepEqual(rows('PRAGMA foreign_key_check'), []);
  assert.throws(() => database.exec('INSERT INTO reversal_lines VALUES (1, 9, 0, 1, 1)'), /FOREIGN KEY/);
});

test('the migration numbers existing records in the order of their times, and they are found by their keys', (t) => {
  const { database, rows } = earlierBooks(t);
  database.exec(`
    INSERT INTO scopes (tenant, scope, answers, answer_bytes) VALUES ('acme', x'aa', 2, 20);
    INSERT INTO records (tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, answer, answer_expires_at_ms)
    VALUES ('acme', x'aa', x'01', x'ee', 30, 'POST', '/last', 201, 2, 99),
      ('acme', x'aa', x'02', x'ee', 10, 'POST', '/first', 201, 1, 99),
      ('bolt', x'aa', x'01', x'ee', 20, 'POST', '/without-a-scope', 201, 1, 99);
  `);
  database.exec(recordLog.sqlite);
  const named = `SELECT r.n, s.tenant, hex(r.key), r.path, r.answer FROM record_keys AS k
    JOIN records AS r ON r.n = k.n AND r.scope = k.scope AND r.key = k.key
    JOIN scopes AS s ON s.number = k.scope ORDER BY r.n`;
  assert.deepEqual(rows(named), [
    [1, 'acme', '02', '/first', 1],
    [2, 'bolt', '01', '/without-a-scope', 1],
    [3, 'acme', '01', '/last', 2],
  ]);
  assert.deepEqual(rows('SELECT records_indexed_through FROM ledger_clock'), [[3]]);
  assert.deepEqual(rows('SELECT tenant, answers, answer_bytes FROM scopes ORDER BY tenant'), [
    ['acme', 2, 20],
    ['bolt', 0, 0],
  ]);
});

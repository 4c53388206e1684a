// Several rows are inserted with one statement, and a fault in one of them rolls back all of them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/harness/temporary-folder.ts';
import { SqliteConnection } from '../connection.ts';
import { RowsInsert } from './rows-insert.ts';

test('any number of rows is inserted, each once and with its own values', (t) => {
  const connection = new SqliteConnection(join(temporaryFolder(t), 'rows.db'), 'read_write');
  t.after(() => connection.close());
  connection.exec('CREATE TABLE pairs (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT');
  const insert = new RowsInsert('pairs (a, b)', 2);
  connection.exec('BEGIN');
  for (let count = 0; count <= 40; count++) {
    const rows = Array.from({ length: count }, (_, index) => [index, `row ${index}`]);
    insert.run(connection, rows);
    const made = connection.all('SELECT a, b FROM pairs ORDER BY a').map(({ a, b }) => [a, b]);
    assert.deepEqual(made, rows);
    connection.exec('DELETE FROM pairs');
  }
  connection.exec('ROLLBACK');
});

test('a row that cannot be inserted rolls back the whole transaction', (t) => {
  const connection = new SqliteConnection(join(temporaryFolder(t), 'rows.db'), 'read_write');
  t.after(() => connection.close());
  connection.exec('CREATE TABLE pairs (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT');
  const insert = new RowsInsert('pairs (a, b)', 2);
  const faulty = [
    { last: [3, 'again'], expected: /UNIQUE/ },
    { last: [40, null], expected: /NOT NULL/ },
    { last: [40, new Uint8Array(2)], expected: /cannot store BLOB/ },
  ] as const;
  for (const { last, expected } of faulty) {
    const rows = [...Array.from({ length: 20 }, (_, index) => [index, `row ${index}`]), last];
    connection.exec('BEGIN IMMEDIATE');
    assert.throws(() => insert.run(connection, rows), expected);
    if (connection.isInTransaction) connection.exec('ROLLBACK');
    assert.deepEqual(connection.all('SELECT a FROM pairs'), []);
  }
});

test('existing rows stay unchanged if the statement ignores conflicts', (t) => {
  const connection = new SqliteConnection(join(temporaryFolder(t), 'rows.db'), 'read_write');
  t.after(() => connection.close());
  connection.exec('CREATE TABLE pairs (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT');
  const insert = new RowsInsert('pairs (a, b)', 2, 'ON CONFLICT DO NOTHING');
  insert.run(connection, [[3, 'first']]);
  insert.run(
    connection,
    Array.from({ length: 21 }, (_, index) => [index, 'second']),
  );
  assert.deepEqual(connection.all('SELECT b FROM pairs WHERE a = 3'), [{ b: 'first' }]);
  assert.equal(connection.all('SELECT a FROM pairs').length, 21);
});

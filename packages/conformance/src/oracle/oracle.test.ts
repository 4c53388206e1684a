import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { oracleOf } from './oracle.ts';
import { connectionVariables } from './sql.ts';
import { countIn } from './whole-number.ts';

test('a count is a number, the length of a list, the only number of an object, or the value at a JSON pointer', () => {
  assert.equal(countIn(' 12\n', '', 'it'), 12n);
  assert.equal(countIn('[{},{}]', '', 'it'), 2n);
  assert.equal(countIn('{"agent":"a","total":9}', '', 'it'), 9n);
  assert.equal(countIn('{"a":1,"b":{"c":"90071992547409931"}}', '/b/c', 'it'), 90_071_992_547_409_931n);
  for (const [text, pointer] of [
    ['{"a":1,"b":2}', ''],
    ['{"a":1.5}', '/a'],
    ['{}', '/a'],
    ['about 3', ''],
  ] as const) {
    assert.throws(() => countIn(text, pointer, 'GET /count'), /GET \/count/);
  }
});

test('a command or a SQL statement can deliver the count, and the statement cannot change anything', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-oracle-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'books.db');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE charges (id); INSERT INTO charges VALUES (1), (2)');
  database.close();
  assert.equal(await oracleOf({ kind: 'command', command: 'echo 7' }, {}).count(), 7n);
  const count = (statement: string) =>
    oracleOf({ kind: 'sql', statement, database: `file:${file}` }, {}).count();
  assert.equal(await count('SELECT count(*) FROM charges'), 2n);
  await assert.rejects(count('WITH x AS (SELECT 1) DELETE FROM charges'), /readonly/);
  await assert.rejects(
    oracleOf({ kind: 'command', command: 'echo many' }, {}).count(),
    /no whole number: many/,
  );
});

test('every parameter of a connection URL reaches psql, and an unknown one is refused', () => {
  const url = new URL(
    'postgres://reader:a%20b@db.example:6432/books?sslmode=verify-full&sslrootcert=%2Fca.pem&connect_timeout=3&options=-c%20search_path%3Dx',
  );
  assert.deepEqual(connectionVariables(url), {
    PGHOST: 'db.example',
    PGPORT: '6432',
    PGUSER: 'reader',
    PGPASSWORD: 'a b',
    PGDATABASE: 'books',
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: '/ca.pem',
    PGCONNECT_TIMEOUT: '3',
    PGOPTIONS: '-c search_path=x -c default_transaction_read_only=on',
  });
  assert.equal(connectionVariables(new URL('postgres:///books?host=%2Frun%2Fpg'))['PGHOST'], '/run/pg');
  assert.throws(() => connectionVariables(new URL('postgres://a/b?ssl=true')), /the parameter ssl/);
});

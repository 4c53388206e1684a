// The cost of a keyed single write on SQLite, in counts that do not depend on the machine.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StorageExecutor } from '../src/ledger/batch-executor.ts';
import { SqliteConnection } from '../src/storage/sqlite/connection.ts';
import { SqliteStorage } from '../src/storage/sqlite/write/storage.ts';
import { executorOptions } from './harness/engine.ts';
import { keyedSingle } from './harness/keyed-single.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

/** About the number of writes that the writer commits together with 64 connections. */
const batchItems = 32;
const batches = 150;
/** Enough that the indexes have many pages, and that runs are written during the measurement. */
const filledItems = 35_000;

test('a keyed single writes at most 3 KB and a few statements, with random keys and one sync for a batch', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const storage = new SqliteStorage({ file, cap: { answersMax: 1_000_000, bytesMax: 2 ** 30 } });
  t.after(() => storage.close());
  const executor = new StorageExecutor(storage, executorOptions);
  const commit = async (items: number) => {
    const submissions = Array.from({ length: items }, keyedSingle);
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    assert.ok(outcomes.every(({ kind }) => kind === 'answered'));
  };
  for (let filled = 0; filled < filledItems; filled += 1_000) await commit(1_000);

  const other = new SqliteConnection(file, 'read_write');
  // Everything committed from here on stays in the log: a reader with an old snapshot prevents its restart.
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.exec('BEGIN');
  other.get('SELECT only FROM ledger_clock');
  const counted = countStatements(t);
  for (let batch = 0; batch < batches; batch++) await commit(batchItems);
  const statements = counted();
  other.exec('COMMIT');
  other.close();

  const items = batches * batchItems;
  const bytes = statSync(`${file}-wal`).size / items;
  t.diagnostic(`${bytes.toFixed(0)} bytes and ${(statements.all / items).toFixed(2)} statements for each`);
  assert.ok(bytes <= 3_072, `${bytes} bytes`);
  // A record is looked up, and an account is saved. Lines, entries, records, answers and index rows are inserted
  // sixteen at a time.
  assert.ok(statements.all / items <= 3, `${statements.all / items} statements`);
  // A commit syncs the log once, and nothing else syncs.
  assert.equal(statements.commits, batches);
});

/** Counts the statements of all connections until the returned function is called. */
function countStatements(t: { after(end: () => void): void }): () => { all: number; commits: number } {
  const counts = { all: 0, commits: 0 };
  const { exec, get, all, run } = SqliteConnection.prototype;
  const count = (sql: string) => {
    counts.all += 1;
    if (sql === 'COMMIT') counts.commits += 1;
  };
  SqliteConnection.prototype.exec = function counted(sql) {
    count(sql);
    return exec.call(this, sql);
  };
  SqliteConnection.prototype.get = function counted(sql, ...values) {
    count(sql);
    return get.call(this, sql, ...values);
  };
  SqliteConnection.prototype.all = function counted(sql, ...values) {
    count(sql);
    return all.call(this, sql, ...values);
  };
  SqliteConnection.prototype.run = function counted(sql, ...values) {
    count(sql);
    return run.call(this, sql, ...values);
  };
  const end = () => Object.assign(SqliteConnection.prototype, { exec, get, all, run });
  t.after(end);
  return () => {
    end();
    return counts;
  };
}

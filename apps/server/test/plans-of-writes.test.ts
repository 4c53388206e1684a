// On SQLite, a write about prepaid money finds all rows that it reads by an index, and there are few of them. So its
// cost grows neither with the number of balances and open holds nor with the history of its agent.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { StorageExecutor } from '../src/ledger/batch-executor.ts';
import { SqliteConnection } from '../src/storage/sqlite/connection.ts';
import { SqliteStorage } from '../src/storage/sqlite/write/storage.ts';
import { executorOptions } from './harness/engine.ts';
import { fillBalances, writeEach } from './harness/prepaid-writes.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

/** Steps that find several rows, and why these are few. */
const boundedSteps: ReadonlyMap<string, string> = new Map([
  ['SCAN billing', 'not for each write: the writer keeps what it found, up to a limit'],
  ['SEARCH balances USING PRIMARY KEY (tenant=? AND agent=?)', 'one for each asset'],
  [
    'SEARCH grants USING INDEX grants_open (tenant=? AND agent=? AND asset=?)',
    'an agent has a bounded number of grants that are not used up',
  ],
  [
    'SEARCH holds USING INDEX holds_due_of_agents (tenant=? AND agent=? AND expires_at_ms<?)',
    'a commit records a bounded number of lapses, and they are due once',
  ],
  [
    'SEARCH reversals USING INDEX reversals_of_ranges (account=? AND through_sequence>?)',
    'the first of them is taken, in the order of the index',
  ],
  [
    'SEARCH reversals USING INDEX reversals_of_entries (account=? AND through_sequence=?)',
    'those of one entry, which is taken back in parts',
  ],
  [
    'SEARCH reversal_lines USING PRIMARY KEY (account=? AND sequence=?)',
    'those of one reversal: one for each price version of its entry',
  ],
]);

test('a write about prepaid money reads few rows, each through an index', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const storage = new SqliteStorage({ file, cap: { answersMax: 1_000, bytesMax: 1_000_000 } });
  t.after(() => storage.close());
  const executor = new StorageExecutor(storage, executorOptions);
  const nowMs = Date.now();
  await fillBalances(executor, nowMs, 20);
  const noted = noteStatements(t);
  await writeEach(executor, nowMs, 'agent-3');
  const statements = noted();
  const connection = new SqliteConnection(file, 'read_only');
  t.after(() => connection.close());
  const steps = statements.flatMap((sql) => stepsOf(connection, sql));
  const unbounded = steps.filter(({ step, isOfOneRow }) => !isOfOneRow && !boundedSteps.has(step));
  assert.deepEqual(unbounded, []);
  // The tables that grow with agents, holds and usage are among those that were read.
  const found = new Set(steps.map(({ step }) => step));
  assert.deepEqual(
    [...boundedSteps.keys()].filter((step) => !found.has(step)),
    [],
  );
});

/** Records the statements of all connections until the returned function is called. */
function noteStatements(t: { after(end: () => void): void }): () => readonly string[] {
  const statements = new Set<string>();
  const { get, all, run } = SqliteConnection.prototype;
  SqliteConnection.prototype.get = function noted(sql, ...values) {
    statements.add(sql);
    return get.call(this, sql, ...values);
  };
  SqliteConnection.prototype.all = function noted(sql, ...values) {
    statements.add(sql);
    return all.call(this, sql, ...values);
  };
  SqliteConnection.prototype.run = function noted(sql, ...values) {
    statements.add(sql);
    return run.call(this, sql, ...values);
  };
  const end = () => Object.assign(SqliteConnection.prototype, { get, all, run });
  t.after(end);
  return () => {
    end();
    return [...statements].filter((sql) => !sql.startsWith('PRAGMA'));
  };
}

interface Step {
  readonly sql: string;
  /** with the name of the table in place of its alias */
  readonly step: string;
  /** whether it finds at most one row: by all columns of a unique key */
  readonly isOfOneRow: boolean;
}

/** Returns how SQLite finds the rows of a statement, table by table. */
function stepsOf(connection: SqliteConnection, sql: string): readonly Step[] {
  const unset = Array.from({ length: sql.split('?').length - 1 }, () => null);
  const details = connection.all(`EXPLAIN QUERY PLAN ${sql}`, ...unset).map(({ detail }) => String(detail));
  return details.flatMap((detail) => {
    const [, how, alias = '', rest = ''] = /^(SCAN|SEARCH) (\w+)(.*)$/.exec(detail) ?? [];
    if (how === undefined) return [];
    const table = new RegExp(`(\\w+) AS ${alias}\\b`).exec(sql)?.[1] ?? alias;
    const step = `${how} ${table}${rest}`;
    const [, index, terms = ''] = /USING (?:COVERING )?INDEX (\w+) \((.*)\)/.exec(rest) ?? [];
    const found = terms || (/PRIMARY KEY \((.*)\)/.exec(rest)?.[1] ?? '');
    const equal = found.split(' AND ').filter((term) => term.endsWith('=?')).length;
    const isOfOneRow = found === 'rowid=?' || (equal > 0 && equal === keyColumns(connection, table, index));
    return [{ sql, step, isOfOneRow }];
  });
}

/** The number of columns of a unique index or primary key; `undefined` for an index that is not unique. */
function keyColumns(
  connection: SqliteConnection,
  table: string,
  index: string | undefined,
): number | undefined {
  if (index === undefined) {
    return connection.all(`PRAGMA table_info(${table})`).filter(({ pk }) => Number(pk) > 0).length;
  }
  const indexes = connection.all(`PRAGMA index_list(${table})`);
  const isUnique = indexes.some(({ name, unique }) => name === index && Number(unique) === 1);
  return isUnique ? connection.all(`PRAGMA index_info(${index})`).length : undefined;
}

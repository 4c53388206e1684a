import { bytes, hex, integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import type { ScopeTotals } from '../read/answers.ts';
import { lateName } from '../read/late-records.ts';
import type { IndexTable } from './lagging-index.ts';
import { RowsInsert } from './rows-insert.ts';

/** A record, as the index of its key has it. */
export interface IndexedRecord {
  readonly n: number;
  /** the number of its scope */
  readonly scope: number;
  readonly key: string;
}

/** The records of a batch after they were saved. */
export interface SavedRecords {
  /** the scopes that changed, by the names that they are kept by */
  readonly scopes: ReadonlyMap<string, ScopeTotals>;
  readonly made: readonly IndexedRecord[];
  readonly lastRecord: number;
}

/** With ten million random keys, a run of this size has three keys for four pages of the index; sorting it takes 20 ms. */
const runRows = 32_768;

// If a record was deleted by hand, its key is still in the index; the next record of the key replaces it.
const insertRows = new RowsInsert(
  'record_keys (scope, key, n)',
  3,
  'ON CONFLICT (scope, key) DO UPDATE SET n = excluded.n',
);
const throughSql = 'UPDATE ledger_clock SET records_indexed_through = ? WHERE only = 1';
const loadTailSql = `SELECT n, scope, key FROM records
  WHERE n > (SELECT records_indexed_through FROM ledger_clock WHERE only = 1) ORDER BY n`;

/** Records by key. */
export const recordIndexTable: IndexTable<IndexedRecord> = {
  runRows,
  compare: (a, b) => a.scope - b.scope || (a.key < b.key ? -1 : Number(a.key > b.key)),
  nameOf: ({ scope, key }) => lateName(scope, key),
  writeRows: (connection, rows) => {
    insertRows.run(
      connection,
      rows.map(({ scope, key, n }) => [scope, bytes(key), n]),
    );
  },
  saveThrough: (connection, run) => {
    let last = 0;
    for (const { n } of run) if (n > last) last = n;
    connection.run(throughSql, last);
  },
  loadTail: (connection) =>
    connection.all(loadTailSql).map((row) => ({
      n: integer(row, 'n'),
      scope: integer(row, 'scope'),
      key: hex(row, 'key'),
    })),
};

const lastSql = `SELECT max(coalesce((SELECT max(n) FROM records), 0), records_indexed_through) AS last
  FROM ledger_clock WHERE only = 1`;

/** The number after which the next record is numbered: above every record, and above every one that the index has. */
export function loadLastRecord(connection: SqliteConnection): number {
  const row = connection.get(lastSql);
  if (row === undefined) throw new Error('the file does not say which records are in the index');
  return integer(row, 'last');
}

const oldestLateSql = `SELECT first_seen_at_ms FROM records
  WHERE n > (SELECT records_indexed_through FROM ledger_clock WHERE only = 1) ORDER BY n LIMIT 1`;

/** Whether a record that may not be in the index is from before a time. */
export function hasLateRecordBefore(connection: SqliteConnection, beforeMs: number): boolean {
  const row = connection.get(oldestLateSql);
  return row !== undefined && integer(row, 'first_seen_at_ms') < beforeMs;
}

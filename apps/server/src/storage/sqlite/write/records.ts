import type { SQLInputValue } from 'node:sqlite';
import type { MadeRecord, StoredAnswer } from '../../../ledger/storage-port.ts';
import { answerBytes } from '../../stored-answer.ts';
import { records as described } from '../../tables/records.ts';
import { bytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { rowsOf, valuesOf } from '../described.ts';
import { answersTable, type ScopeTotals } from '../read/answers.ts';
import { doubtClock } from '../upkeep/swept-clock.ts';
import { type KeptRows, nameOf } from './kept-rows.ts';
import type { IndexedRecord, SavedRecords } from './record-index.ts';
import { RowsInsert } from './rows-insert.ts';

/** An answer's place among those of its scope. */
interface NumberedAnswer {
  /** counted from 1 in its scope */
  readonly number: number;
  /** bytes of the answers before it */
  readonly bytesBefore: number;
  readonly answer: StoredAnswer;
}

const { into, columns } = rowsOf(described, ['n']);
const insertRecords = new RowsInsert(into, columns);
const recordValues = valuesOf(described);
const makeScopeSql = 'INSERT INTO scopes (tenant, scope, answers, answer_bytes) VALUES (?, ?, 0, 0)';
const saveScopeSql = 'UPDATE scopes SET answers = ?, answer_bytes = ? WHERE number = ?';
/** by their tables: one for each day */
const answerInserts = new Map<string, RowsInsert>();

/**
 * Saves records with their answers, each numbered in its scope.
 *
 */
export function saveRecords(
  connection: SqliteConnection,
  records: readonly MadeRecord[],
  tables: Set<string>,
  kept: KeptRows,
): SavedRecords {
  const scopes = new Map<string, ScopeTotals>();
  const made: IndexedRecord[] = [];
  const rows: SQLInputValue[][] = [];
  const answers = new Map<string, SQLInputValue[][]>();
  let n = kept.general(connection).lastRecord;
  for (const record of records) {
    const { tenant, scope, answer } = record;
    const table = answersTable(record.firstSeenAtMs);
    if (!tables.has(table)) {
      createAnswersTable(connection, table);
      tables.add(table);
    }
    const name = nameOf(tenant, scope);
    const totals =
      scopes.get(name) ?? kept.scope(connection, tenant, scope) ?? makeScope(connection, tenant, scope);
    const number = totals.answers + 1;
    const bytesBefore = totals.answerBytes;
    scopes.set(name, { ...totals, answers: number, answerBytes: bytesBefore + answerBytes(answer) });
    n += 1;
    rows.push(recordRow(record, totals.number, number, n));
    made.push({ n, scope: totals.number, key: record.digest });
    const inTable = answers.get(table) ?? [];
    answers.set(table, inTable);
    inTable.push(answerRow(tenant, scope, { number, bytesBefore, answer }));
  }
  insertRecords.run(connection, rows);
  for (const [table, inTable] of answers) answerInsert(table).run(connection, inTable);
  for (const { number, answers, answerBytes } of scopes.values())
    connection.run(saveScopeSql, answers, answerBytes, number);
  const [first] = records;
  if (first !== undefined) doubtClock(connection, first.firstSeenAtMs);
  return { scopes, made, lastRecord: n };
}

function recordRow(record: MadeRecord, scope: number, answerNumber: number, n: number): SQLInputValue[] {
  const { status, expiresAtMs: answerExpiresAtMs } = record.answer;
  const values = recordValues({ ...record, status, answerNumber, answerExpiresAtMs });
  return [scope, bytes(record.digest), ...values, n];
}

function makeScope(connection: SqliteConnection, tenant: string, scope: string): ScopeTotals {
  const { lastInsertRowid } = connection.run(makeScopeSql, tenant, bytes(scope));
  return { number: Number(lastInsertRowid), answers: 0, answerBytes: 0 };
}

function answerRow(
  tenant: string,
  scope: string,
  { number, bytesBefore, answer }: NumberedAnswer,
): SQLInputValue[] {
  const { status, headers, body, protection } = answer;
  return [tenant, bytes(scope), number, bytesBefore, status, JSON.stringify(headers), body, protection];
}

export function createAnswersTable(connection: SqliteConnection, table: string): void {
  connection.exec(`CREATE TABLE IF NOT EXISTS ${table} (
    tenant TEXT NOT NULL,
    scope BLOB NOT NULL,
    answer INTEGER NOT NULL,
    bytes_before INTEGER NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body ANY NOT NULL,
    protection TEXT NOT NULL,
    PRIMARY KEY (tenant, scope, answer)
  ) STRICT, WITHOUT ROWID`);
}

function answerInsert(table: string): RowsInsert {
  let insert = answerInserts.get(table);
  if (insert === undefined) {
    insert = new RowsInsert(
      `${table} (tenant, scope, answer, bytes_before, status, headers, body, protection)`,
      8,
    );
    answerInserts.set(table, insert);
  }
  return insert;
}

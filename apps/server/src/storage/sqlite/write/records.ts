import type { MadeRecord, StoredAnswer } from '../../../ledger/storage-port.ts';
import { answerBytes } from '../../stored-answer.ts';
import { records as described } from '../../tables/records.ts';
import { bytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';
import { answersTable, type ScopeTotals } from '../read/answers.ts';
import { doubtClock } from '../upkeep/swept-clock.ts';
import { type KeptRows, nameOf } from './kept-rows.ts';
import type { IndexedRecord, SavedRecords } from './record-index.ts';

/** An answer's place among those of its scope. */
interface NumberedAnswer {
  /** counted from 1 in its scope */
  readonly number: number;
  /** bytes of the answers before it */
  readonly bytesBefore: number;
  readonly answer: StoredAnswer;
}

const saveRecordSql = insertSql(described, ['n']);
const recordValues = valuesOf(described);
const makeScopeSql = 'INSERT INTO scopes (tenant, scope, answers, answer_bytes) VALUES (?, ?, 0, 0)';
const saveScopeSql = 'UPDATE scopes SET answers = ?, answer_bytes = ? WHERE number = ?';
const insertAnswerSqls = new Map<string, string>();

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
    saveRecord(connection, record, totals.number, number, n);
    made.push({ n, scope: totals.number, key: record.digest });
    saveAnswer(connection, table, tenant, scope, { number, bytesBefore, answer });
  }
  for (const { number, answers, answerBytes } of scopes.values())
    connection.run(saveScopeSql, answers, answerBytes, number);
  const [first] = records;
  if (first !== undefined) doubtClock(connection, first.firstSeenAtMs);
  return { scopes, made, lastRecord: n };
}

function saveRecord(
  connection: SqliteConnection,
  record: MadeRecord,
  scope: number,
  answerNumber: number,
  n: number,
): void {
  const { status, expiresAtMs: answerExpiresAtMs } = record.answer;
  const values = recordValues({ ...record, status, answerNumber, answerExpiresAtMs });
  connection.run(saveRecordSql, scope, bytes(record.digest), ...values, n);
}

function makeScope(connection: SqliteConnection, tenant: string, scope: string): ScopeTotals {
  const { lastInsertRowid } = connection.run(makeScopeSql, tenant, bytes(scope));
  return { number: Number(lastInsertRowid), answers: 0, answerBytes: 0 };
}

function saveAnswer(
  connection: SqliteConnection,
  table: string,
  tenant: string,
  scope: string,
  { number, bytesBefore, answer }: NumberedAnswer,
): void {
  connection.run(
    insertAnswerSql(table),
    tenant,
    bytes(scope),
    number,
    bytesBefore,
    answer.status,
    JSON.stringify(answer.headers),
    answer.body,
    answer.protection,
  );
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

function insertAnswerSql(table: string): string {
  let sql = insertAnswerSqls.get(table);
  if (sql === undefined) {
    sql = `INSERT INTO ${table} (tenant, scope, answer, bytes_before, status, headers, body, protection)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    insertAnswerSqls.set(table, sql);
  }
  return sql;
}

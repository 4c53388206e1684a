import type { MadeRecord, StoredAnswer } from '../../../ledger/storage-port.ts';
import { answerBytes } from '../../stored-answer.ts';
import { records as described } from '../../tables/records.ts';
import { bytes } from '../columns.ts';
import type { Connection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';
import { answersTable, type ScopeTotals } from '../read/answers.ts';
import { doubtClock } from '../upkeep/swept-clock.ts';
import { type KeptRows, nameOf } from './kept-rows.ts';

/** An answer's place among those of its scope. */
interface NumberedAnswer {
  /** counted from 1 in its scope */
  readonly number: number;
  /** bytes of the answers before it */
  readonly bytesBefore: number;
  readonly answer: StoredAnswer;
}

const saveRecordSql = insertSql(described);
const recordValues = valuesOf(described);
const saveScopeSql = `INSERT INTO scopes (tenant, scope, answers, answer_bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, scope) DO UPDATE SET answers = excluded.answers, answer_bytes = excluded.answer_bytes`;
const insertAnswerSqls = new Map<string, string>();

/**
 * Saves records with their answers, each numbered in its scope.
 *
 * @returns the totals of the scopes, by the names that they are kept by
 */
export function saveRecords(
  connection: Connection,
  records: readonly MadeRecord[],
  tables: Set<string>,
  kept: KeptRows,
): ReadonlyMap<string, ScopeTotals> {
  const scopes = new Map<string, { readonly tenant: string; readonly scope: string; totals: ScopeTotals }>();
  for (const record of records) {
    const { tenant, scope, answer } = record;
    const table = answersTable(record.firstSeenAtMs);
    if (!tables.has(table)) {
      createAnswersTable(connection, table);
      tables.add(table);
    }
    const name = nameOf(tenant, scope);
    const known = scopes.get(name) ?? { tenant, scope, totals: kept.scope(connection, tenant, scope) };
    const number = known.totals.answers + 1;
    const bytesBefore = known.totals.answerBytes;
    known.totals = { answers: number, answerBytes: bytesBefore + answerBytes(answer) };
    scopes.set(name, known);
    saveRecord(connection, record, number);
    saveAnswer(connection, table, tenant, scope, { number, bytesBefore, answer });
  }
  for (const { tenant, scope, totals } of scopes.values()) saveScope(connection, tenant, scope, totals);
  const [first] = records;
  if (first !== undefined) doubtClock(connection, first.firstSeenAtMs);
  return new Map([...scopes].map(([name, { totals }]) => [name, totals]));
}

function saveRecord(connection: Connection, record: MadeRecord, answerNumber: number): void {
  const { status, expiresAtMs: answerExpiresAtMs } = record.answer;
  const values = recordValues({ ...record, status, answerNumber, answerExpiresAtMs });
  connection.run(saveRecordSql, record.tenant, bytes(record.scope), bytes(record.digest), ...values);
}

function saveScope(connection: Connection, tenant: string, scope: string, totals: ScopeTotals): void {
  connection.run(saveScopeSql, tenant, bytes(scope), totals.answers, totals.answerBytes);
}

function saveAnswer(
  connection: Connection,
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

export function createAnswersTable(connection: Connection, table: string): void {
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

import type { StoredAnswer } from '../../../ledger/storage-port.ts';
import { type AnswerCap, parseHeaders, parseProtection } from '../../stored-answer.ts';
import { bytes, hex, integer, text } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const listAnswersTablesSql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'answers_[0-9]*' ORDER BY name`;
const loadScopeSql = 'SELECT answers, answer_bytes FROM scopes WHERE tenant = ? AND scope = ?';
const saveScopeSql = `INSERT INTO scopes (tenant, scope, answers, answer_bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, scope) DO UPDATE SET answers = excluded.answers, answer_bytes = excluded.answer_bytes`;
const loadFullScopesSql =
  'SELECT tenant, scope, answers, answer_bytes FROM scopes WHERE answers > ? OR answer_bytes > ?';

/** How many answers a scope was ever given, and their bytes. */
export interface ScopeTotals {
  readonly answers: number;
  readonly answerBytes: number;
}

/** An answer's place among those of its scope. */
interface NumberedAnswer {
  /** counted from 1 in its scope */
  readonly number: number;
  /** bytes of the answers before it */
  readonly bytesBefore: number;
  readonly answer: StoredAnswer;
}

const dayMs = 86_400_000;

const tableNames = new Map<number, string>();

/** The table of the answers that were given on a day (UTC). It leaves as a whole. */
export function answersTable(atMs: number): string {
  const day = Math.floor(atMs / dayMs);
  let table = tableNames.get(day);
  if (table === undefined) {
    table = `answers_${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
    tableNames.set(day, table);
  }
  return table;
}

/** The first moment after the day of a table, in milliseconds since the epoch. */
export function answersTableEndMs(table: string): number {
  const day = /^answers_(\d{4})(\d\d)(\d\d)$/.exec(table);
  if (day === null) throw new Error(`${table} is not a table of answers`);
  return Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) + dayMs;
}

/** The tables of answers that there are, oldest first. */
export function listAnswersTables(connection: Connection): string[] {
  return connection.all(listAnswersTablesSql).map((row) => text(row, 'name'));
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

export function loadScope(connection: Connection, tenant: string, scope: string): ScopeTotals {
  const row = connection.get(loadScopeSql, tenant, bytes(scope));
  if (row === undefined) return { answers: 0, answerBytes: 0 };
  return { answers: integer(row, 'answers'), answerBytes: integer(row, 'answer_bytes') };
}

export function saveScope(connection: Connection, tenant: string, scope: string, totals: ScopeTotals): void {
  connection.run(saveScopeSql, tenant, bytes(scope), totals.answers, totals.answerBytes);
}

/** Where an answer stands in its table. */
interface AnswerPlace {
  readonly tenant: string;
  readonly scope: string;
  readonly number: number;
}

/** Whether an answer is kept. */
export function hasAnswer(
  connection: Connection,
  table: string,
  place: AnswerPlace,
  cap: AnswerCap,
): boolean {
  return loadAnswer(connection, table, place, cap, 0) !== undefined;
}

/** Loads an answer, unless it is beyond the cap of its scope. */
export function loadAnswer(
  connection: Connection,
  table: string,
  place: AnswerPlace,
  cap: AnswerCap,
  expiresAtMs: number,
): StoredAnswer | undefined {
  const totals = loadScope(connection, place.tenant, place.scope);
  const row = connection.get(
    `SELECT bytes_before, status, headers, body, protection FROM ${table}
     WHERE tenant = ? AND scope = ? AND answer = ?`,
    place.tenant,
    bytes(place.scope),
    place.number,
  );
  if (row === undefined) return undefined;
  if (isEvicted(place.number, integer(row, 'bytes_before'), totals, cap)) return undefined;
  return parseAnswer(row, expiresAtMs);
}

/** An answer is evicted once its scope was given more than the cap since, in answers or in bytes. */
function isEvicted(number: number, bytesBefore: number, totals: ScopeTotals, cap: AnswerCap): boolean {
  return totals.answers - number >= cap.answersMax || totals.answerBytes - bytesBefore > cap.bytesMax;
}

export function saveAnswer(
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

/** A scope that was given more answers than its cap, or more bytes. */
export interface FullScope {
  readonly tenant: string;
  readonly scope: string;
  readonly totals: ScopeTotals;
}

export function loadFullScopes(connection: Connection, cap: AnswerCap): FullScope[] {
  return connection.all(loadFullScopesSql, cap.answersMax, cap.bytesMax).map((row) => ({
    tenant: text(row, 'tenant'),
    scope: hex(row, 'scope'),
    totals: { answers: integer(row, 'answers'), answerBytes: integer(row, 'answer_bytes') },
  }));
}

/** Deletes answers of a scope that are beyond its cap from a table, at most `rowsMax` of them: how many. */
export function deleteEvicted(
  connection: Connection,
  table: string,
  { tenant, scope, totals }: FullScope,
  cap: AnswerCap,
  rowsMax: number,
): number {
  const oldest = connection.all(
    `SELECT answer, bytes_before FROM ${table} WHERE tenant = ? AND scope = ? ORDER BY answer LIMIT ?`,
    tenant,
    bytes(scope),
    rowsMax,
  );
  const evicted = oldest
    .map((row) => ({ number: integer(row, 'answer'), bytesBefore: integer(row, 'bytes_before') }))
    .filter(({ number, bytesBefore }) => isEvicted(number, bytesBefore, totals, cap));
  const last = evicted.at(-1);
  if (last === undefined) return 0;
  connection.run(
    `DELETE FROM ${table} WHERE tenant = ? AND scope = ? AND answer <= ?`,
    tenant,
    bytes(scope),
    last.number,
  );
  return evicted.length;
}

const insertAnswerSqls = new Map<string, string>();

function insertAnswerSql(table: string): string {
  let sql = insertAnswerSqls.get(table);
  if (sql === undefined) {
    sql = `INSERT INTO ${table} (tenant, scope, answer, bytes_before, status, headers, body, protection)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    insertAnswerSqls.set(table, sql);
  }
  return sql;
}

function parseAnswer(row: Row, expiresAtMs: number): StoredAnswer {
  const { body } = row;
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new Error('body is neither text nor bytes');
  return {
    status: integer(row, 'status'),
    headers: parseHeaders(text(row, 'headers')),
    body,
    protection: parseProtection(text(row, 'protection')),
    expiresAtMs,
  };
}

import type { StoredAnswer } from '../../../ledger/storage-port.ts';
import { type AnswerCap, parseHeaders, parseProtection } from '../../stored-answer.ts';
import { bytes, integer, text } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';

const listAnswersTablesSql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'answers_[0-9]*' ORDER BY name`;
const loadScopeSql = 'SELECT number, answers, answer_bytes FROM scopes WHERE tenant = ? AND scope = ?';

/** How many answers a scope was ever given, and their bytes. */
export interface ScopeTotals {
  /** stands for the scope and its tenant in the rows of records */
  readonly number: number;
  readonly answers: number;
  readonly answerBytes: number;
}

export const dayMs = 86_400_000;

const tableNames = new Map<number, string>();

/** The table of the answers that were given on a day (UTC). It is dropped as a whole. */
export function answersTable(atMs: number): string {
  const day = Math.floor(atMs / dayMs);
  let table = tableNames.get(day);
  if (table === undefined) {
    table = `answers_${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
    tableNames.set(day, table);
  }
  return table;
}

/** The tables of answers that there are, oldest first. */
export function listAnswersTables(connection: SqliteConnection): string[] {
  return connection.all(listAnswersTablesSql).map((row) => text(row, 'name'));
}

/** A scope, if a key was ever used in it. */
export function loadScope(
  connection: SqliteConnection,
  tenant: string,
  scope: string,
): ScopeTotals | undefined {
  const row = connection.get(loadScopeSql, tenant, bytes(scope));
  return (
    row && {
      number: integer(row, 'number'),
      answers: integer(row, 'answers'),
      answerBytes: integer(row, 'answer_bytes'),
    }
  );
}

/** The place of an answer in its table. */
interface AnswerPlace {
  readonly tenant: string;
  readonly scope: string;
  readonly number: number;
}

/** Whether an answer is kept. */
export function hasAnswer(
  connection: SqliteConnection,
  table: string,
  place: AnswerPlace,
  totals: ScopeTotals,
  cap: AnswerCap,
): boolean {
  return loadAnswer(connection, table, place, totals, cap, 0) !== undefined;
}

/** Loads an answer, unless it is beyond the cap of its scope. */
export function loadAnswer(
  connection: SqliteConnection,
  table: string,
  place: AnswerPlace,
  totals: ScopeTotals,
  cap: AnswerCap,
  expiresAtMs: number,
): StoredAnswer | undefined {
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
export function isEvicted(
  number: number,
  bytesBefore: number,
  totals: Pick<ScopeTotals, 'answers' | 'answerBytes'>,
  cap: AnswerCap,
): boolean {
  return totals.answers - number >= cap.answersMax || totals.answerBytes - bytesBefore > cap.bytesMax;
}

function parseAnswer(row: SqliteRow, expiresAtMs: number): StoredAnswer {
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

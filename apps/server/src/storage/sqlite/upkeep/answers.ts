import type { AnswerCap } from '../../stored-answer.ts';
import { bytes, hex, integer, text } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { dayMs, isEvicted, type ScopeTotals } from '../read/answers.ts';

const loadFullScopesSql =
  'SELECT tenant, scope, answers, answer_bytes FROM scopes WHERE answers > ? OR answer_bytes > ?';

/** The first moment after the day of a table, in milliseconds since the epoch. */
export function answersTableEndMs(table: string): number {
  const day = /^answers_(\d{4})(\d\d)(\d\d)$/.exec(table);
  if (day === null) throw new Error(`${table} is not a table of answers`);
  return Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) + dayMs;
}

/** A scope that was given more answers than its cap, or more bytes. */
export interface FullScope {
  readonly tenant: string;
  readonly scope: string;
  readonly totals: Pick<ScopeTotals, 'answers' | 'answerBytes'>;
}

export function loadFullScopes(connection: SqliteConnection, cap: AnswerCap): FullScope[] {
  return connection.all(loadFullScopesSql, cap.answersMax, cap.bytesMax).map((row) => ({
    tenant: text(row, 'tenant'),
    scope: hex(row, 'scope'),
    totals: { answers: integer(row, 'answers'), answerBytes: integer(row, 'answer_bytes') },
  }));
}

/** Deletes answers of a scope that are beyond its cap from a table, at most `rowsMax` of them: how many. */
export function deleteEvicted(
  connection: SqliteConnection,
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

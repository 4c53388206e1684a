import type { Position } from '../../../domain/position.ts';
import type { AccountReads, SequenceRange } from '../../../reads/books/accounts.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { loadAccount, type NumberedAccount } from './accounts.ts';
import { loadPosition, loadRecordedAt } from './entries.ts';
import type { Read } from './reader.ts';

const goBackSql = `WITH RECURSIVE back (place, looked) AS (
    VALUES (?2, ?3)
    UNION ALL
    SELECT max(?4, (SELECT min(from_sequence) FROM reversals WHERE account = ?1 AND sequence > place AND sequence <= looked)), place
    FROM back WHERE place > ?4
      AND (SELECT min(from_sequence) FROM reversals WHERE account = ?1 AND sequence > place AND sequence <= looked) < place)
  SELECT min(place) AS place FROM back`;

/**
 * The last entry of a range that was recorded before a moment, or the beginning of the range. Entries are recorded in
 * the order of time, so a binary search over about 20 of them finds the place among a million.
 */
function sequenceBefore(
  connection: SqliteConnection,
  number: number,
  { after, through }: SequenceRange,
  recordedBeforeMs: number,
): number {
  let [low, high] = [after, through];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const atMs = loadRecordedAt(connection, number, middle);
    if (atMs !== undefined && atMs < recordedBeforeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Goes back before each reversal that took back usage up to the place; it looks at every reversal at most once. */
function positionBefore(
  connection: SqliteConnection,
  { number, account }: NumberedAccount,
  recordedBeforeMs: number,
): Position | undefined {
  const { settledThrough, sequence } = account;
  const range = { after: settledThrough, through: sequence };
  const last = sequenceBefore(connection, number, range, recordedBeforeMs);
  const row = connection.get(goBackSql, number, last, sequence, settledThrough);
  return loadPosition(connection, number, row === undefined ? last : integer(row, 'place'));
}

export function positionBeforeRead(
  read: Read,
): Pick<AccountReads, 'positionBefore' | 'positionRecordedBefore'> {
  return {
    positionRecordedBefore: ({ tenant, agent, serviceId }, recordedBeforeMs, range) =>
      read((connection) => {
        const number = loadAccount(connection, tenant, agent, serviceId)?.number;
        if (number === undefined) return undefined;
        const sequence = sequenceBefore(connection, number, range, recordedBeforeMs);
        return loadPosition(connection, number, sequence);
      }),
    positionBefore: ({ tenant, agent, serviceId }, recordedBeforeMs) =>
      read((connection) => {
        const found = loadAccount(connection, tenant, agent, serviceId);
        return found && positionBefore(connection, found, recordedBeforeMs);
      }),
  };
}

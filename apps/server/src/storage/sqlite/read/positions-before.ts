import type { Account } from '../../../domain/account.ts';
import type { Position } from '../../../domain/position.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import { integer } from '../columns.ts';
import type { Connection } from '../connection.ts';
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
 * The last entry after a settled one that was recorded before a moment. Entries are recorded in the order of time: a look at
 * about 20 of them finds the place among a million.
 */
function sequenceBefore(
  connection: Connection,
  number: number,
  { settledThrough, sequence }: Account,
  recordedBeforeMs: number,
): number {
  let [low, high] = [settledThrough, sequence];
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
  connection: Connection,
  { number, account }: NumberedAccount,
  recordedBeforeMs: number,
): Position | undefined {
  const { settledThrough, sequence } = account;
  const last = sequenceBefore(connection, number, account, recordedBeforeMs);
  const row = connection.get(goBackSql, number, last, sequence, settledThrough);
  return loadPosition(connection, number, row === undefined ? last : integer(row, 'place'));
}

export function positionBeforeRead(read: Read): Pick<AccountReads, 'positionBefore'> {
  return {
    positionBefore: ({ tenant, agent, serviceId }, recordedBeforeMs) =>
      read((connection) => {
        const found = loadAccount(connection, tenant, agent, serviceId);
        return found && positionBefore(connection, found, recordedBeforeMs);
      }),
  };
}

import type { Position } from '../../../domain/position.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { AccountKey } from '../../../reads/books.ts';
import { integer, text } from '../columns.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';
import { loadPosition } from './reversals.ts';

const middle = `(SELECT e.recorded_at_ms FROM entries AS e
      WHERE e.tenant = $1 AND e.account = s.account AND e.sequence = (low + high + 1) / 2)`;
const lowestFrom = `(SELECT min(r.from_sequence) FROM reversals AS r
      WHERE r.tenant = $1 AND r.account = b.account AND r.sequence > b.place AND r.sequence <= b.looked)`;
// The same search in a range of entries.
const searchRangeSql = `WITH RECURSIVE search AS (
    SELECT account, $5::bigint AS low, $6::bigint AS high FROM accounts
      WHERE tenant = $1 AND agent = $2 AND service_id = $3
    UNION ALL
    SELECT s.account, CASE WHEN ${middle} < $4 THEN (low + high + 1) / 2 ELSE low END,
      CASE WHEN ${middle} < $4 THEN high ELSE (low + high + 1) / 2 - 1 END
    FROM search AS s WHERE low < high)
  SELECT account, low AS sequence FROM search WHERE low = high LIMIT 1`;
/*
 * Entries are recorded in the order of time, apart from differences between the clocks of instances, so a binary search
 * over about 20 of them finds the place among a million. From there it goes back before each reversal that took back
 * usage up to the place, and reads every reversal at most once.
 */
const searchSql = `WITH RECURSIVE search AS (
    SELECT account, sequence, settled_through AS settled, settled_through AS low, sequence AS high FROM accounts
      WHERE tenant = $1 AND agent = $2 AND service_id = $3
    UNION ALL
    SELECT s.account, s.sequence, s.settled, CASE WHEN ${middle} < $4 THEN (low + high + 1) / 2 ELSE low END,
      CASE WHEN ${middle} < $4 THEN high ELSE (low + high + 1) / 2 - 1 END
    FROM search AS s WHERE low < high),
  back AS (
    SELECT account, settled, low AS place, sequence AS looked FROM search WHERE low = high
    UNION ALL
    SELECT b.account, b.settled, GREATEST(b.settled, ${lowestFrom}), b.place
    FROM back AS b WHERE b.place > b.settled AND ${lowestFrom} < b.place)
  SELECT account, place AS sequence FROM back ORDER BY place LIMIT 1`;

async function positionFound(
  connection: StatementRunner,
  { tenant, agent, serviceId }: AccountKey,
  sql: string,
  values: readonly number[],
): Promise<Position | undefined> {
  const [row] = await connection.rows(sql, [tenant, agent, serviceId, ...values]);
  if (row === undefined) return undefined;
  return loadPosition(connection, {
    tenant,
    account: text(row, 'account'),
    sequence: integer(row, 'sequence'),
  });
}

export function positionBeforeRead(
  reader: Reader,
): Pick<AccountReads, 'positionBefore' | 'positionRecordedBefore'> {
  return {
    positionBefore: (key, recordedBeforeMs) =>
      reader.of(key.tenant, (connection) => positionFound(connection, key, searchSql, [recordedBeforeMs])),
    positionRecordedBefore: (key, recordedBeforeMs, { after, through }) =>
      reader.of(key.tenant, (connection) =>
        positionFound(connection, key, searchRangeSql, [recordedBeforeMs, after, through]),
      ),
  };
}

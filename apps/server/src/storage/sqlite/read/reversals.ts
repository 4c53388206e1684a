import type { Entry, Reversal } from '../../../domain/usage.ts';
import { reversalLines, reversals } from '../../tables/entries.ts';
import {
  type CountsOf,
  type ReversedByVersion,
  reversedByVersion,
  sumOfTaken,
} from '../../tables/reversed-tiers.ts';
import { integer, integerOrAbsent, text, textOrAbsent } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';

const parseReversal = parserOf(reversals);
const parseLine = parserOf(reversalLines);

const loadReversalSql = `SELECT ${selectList(reversals)} FROM reversals WHERE account = ? AND sequence = ?`;
const loadReversalLinesSql = `SELECT ${selectList(reversalLines)} FROM reversal_lines
       WHERE account = ? AND sequence = ? ORDER BY price_version`;
// With this index and this order; otherwise SQLite reads all reversals of the account, or all their lines.
const reversedOfEntrySql = `SELECT coalesce(sum(l.requests), 0) AS reversed
       FROM reversals AS r INDEXED BY reversals_of_entries CROSS JOIN reversal_lines AS l USING (account, sequence)
       WHERE r.account = ? AND r.through_sequence = ? AND r.entry_id IS NOT NULL`;
// Ranges do not overlap, so only the first that ends at or after an entry can contain it.
const rangeAtSql = `SELECT from_sequence FROM reversals WHERE account = ? AND through_sequence >= ? AND entry_id IS NULL
       ORDER BY through_sequence LIMIT 1`;
const reversedThroughSql = `SELECT l.price_version, r.line_reversed AS reversed, r.tiered
       FROM account_lines AS l JOIN reversal_lines AS r ON r.account = l.account AND r.price_version = l.price_version
         AND r.sequence = (SELECT max(b.sequence) FROM reversal_lines AS b
           WHERE b.account = l.account AND b.price_version = l.price_version AND b.sequence <= ?)
       WHERE l.account = ? AND l.reversed_requests > 0`;
const laterReversedFromSql =
  'SELECT min(from_sequence) AS reversed_from FROM reversals WHERE account = ? AND sequence > ?';
const reversedBehindSql = `SELECT l.price_version, sum(l.requests) AS reversed,
         json_group_array(l.tiered) FILTER (WHERE l.tiered IS NOT NULL) AS tiered
       FROM reversals AS r INDEXED BY reversals_of_entries CROSS JOIN reversal_lines AS l USING (account, sequence)
       WHERE r.account = ? AND r.through_sequence > ? AND r.entry_id IS NOT NULL GROUP BY l.price_version`;
// The index of entries by account lags (`entries.ts`): an entry may be found by it, by its id, or both.
const returnedLaterSql = `WITH later AS (SELECT account, sequence FROM reversals
       WHERE account = ?1 AND sequence > ?2 AND through_sequence <= ?2)
     SELECT e.id, e.drawn FROM later AS r CROSS JOIN accounts AS a USING (account)
       CROSS JOIN account_entries AS x ON x.account = r.account AND x.sequence = r.sequence
       CROSS JOIN entries AS e ON e.tenant = a.tenant AND e.id = x.id WHERE e.drawn IS NOT NULL
     UNION SELECT e.id, e.drawn FROM accounts AS a
       CROSS JOIN entries AS e ON e.tenant = a.tenant AND e.account = a.account
         AND e.id > (SELECT entries_indexed_through FROM ledger_clock WHERE only = 1)
       WHERE a.account = ?1 AND e.drawn IS NOT NULL AND e.sequence IN (SELECT sequence FROM later)`;

/** What the entry of a reversal takes back. */
export function loadReversal(connection: SqliteConnection, account: number, sequence: number): Reversal {
  const row = connection.get(loadReversalSql, account, sequence);
  if (row === undefined) throw new Error(`entry ${sequence} of account ${account} takes back nothing`);
  const lines = connection.all(loadReversalLinesSql, account, sequence).map(parseLine);
  return parseReversal(row, { lines });
}

/** How many requests of an entry were taken back, in parts or in a range. */
export function loadReversedOf(
  connection: SqliteConnection,
  account: number,
  { sequence, requests }: Pick<Entry, 'sequence' | 'requests'>,
): number {
  const range = connection.get(rangeAtSql, account, sequence);
  if (range !== undefined && integer(range, 'from_sequence') < sequence) return Math.max(0, requests);
  const row = connection.get(reversedOfEntrySql, account, sequence);
  return row === undefined ? 0 : integer(row, 'reversed');
}

/** What the reversals up to an entry took back, in requests by price version. */
export function loadReversedThrough(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): ReversedByVersion {
  return reversedIn(connection.all(reversedThroughSql, sequence, account), ([last]) => last?.line);
}

/** What was taken back, entry by entry, of the usage after an entry, in requests by price version. */
export function loadReversedBehind(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): ReversedByVersion {
  return reversedIn(connection.all(reversedBehindSql, account, sequence), sumOfTaken);
}

/** The lowest `from` of the reversals after an entry. */
export function loadLaterReversedFrom(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): number | undefined {
  const row = connection.get(laterReversedFromSql, account, sequence);
  return row && integerOrAbsent(row, 'reversed_from');
}

/** What the reversals after an entry returned to the balance for usage up to there. */
export function loadReturnedLater(connection: SqliteConnection, account: number, sequence: number): bigint {
  const rows = connection.all(returnedLaterSql, account, sequence);
  return rows.reduce((sum, row) => sum - BigInt(text(row, 'drawn')), 0n);
}

function reversedIn(rows: readonly SqliteRow[], countsOf: CountsOf): ReversedByVersion {
  return reversedByVersion(
    rows.map((row) => ({
      priceVersion: integer(row, 'price_version'),
      requests: integer(row, 'reversed'),
      tiered: textOrAbsent(row, 'tiered'),
    })),
    countsOf,
  );
}

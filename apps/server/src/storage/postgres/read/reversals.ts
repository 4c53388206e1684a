import type { Position } from '../../../domain/position.ts';
import type { Reversal } from '../../../domain/usage.ts';
import { reversalLines, reversals } from '../../tables/entries.ts';
import {
  type CountsOf,
  positionTiers,
  type ReversedByVersion,
  reversedByVersion,
  sumOfTaken,
} from '../../tables/reversed-tiers.ts';
import { integer, integerOrAbsent, rowsIn, text, textOrAbsent } from '../columns.ts';
import { jsonObject, parserOf } from '../described.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';

/** Of `entries AS e`: what a reversal takes back. Usage is always of at least one request, a write-off of none. */
export const reversalColumn = (
  tenant: string,
) => `CASE WHEN e.requests < 0 THEN (SELECT json_agg(${jsonObject(reversals, 'r', {
  lines: `(SELECT json_agg(${jsonObject(reversalLines, 'l')} ORDER BY l.price_version) FROM reversal_lines AS l
        WHERE l.tenant = ${tenant} AND l.account = r.account AND l.sequence = r.sequence)`,
})}) FROM reversals AS r
    WHERE r.tenant = ${tenant} AND r.account = e.account AND r.sequence = e.sequence) END AS reversal`;
const parseFields = parserOf(reversals);
const parseLine = parserOf(reversalLines);

const loadPositionSql = `SELECT sequence, price_version, line_requests, paid_after, tiered FROM entries
  WHERE tenant = $1 AND account = $2 AND sequence = $3`;
const reversedOfEntrySql = `SELECT coalesce(sum(l.requests), 0)::bigint AS reversed
  FROM reversals AS r JOIN reversal_lines AS l USING (tenant, account, sequence)
  WHERE r.tenant = $1 AND r.account = $2 AND r.through_sequence = $3 AND r.entry_id IS NOT NULL`;
// Ranges do not overlap, so only the first that ends at or after an entry can contain it.
const rangeAtSql = `SELECT from_sequence FROM reversals
  WHERE tenant = $1 AND account = $2 AND through_sequence >= $3 AND entry_id IS NULL
  ORDER BY through_sequence LIMIT 1`;
const reversedThroughSql = `SELECT l.price_version, r.line_reversed AS reversed, r.tiered
  FROM account_lines AS l CROSS JOIN LATERAL (SELECT b.line_reversed, b.tiered FROM reversal_lines AS b
      WHERE b.tenant = $1 AND b.account = l.account AND b.price_version = l.price_version
        AND b.sequence <= $3 ORDER BY b.sequence DESC LIMIT 1) AS r
  WHERE l.tenant = $1 AND l.account = $2 AND l.reversed_requests > 0`;
const laterReversedFromSql = `SELECT min(from_sequence) AS reversed_from FROM reversals
  WHERE tenant = $1 AND account = $2 AND sequence > $3`;
const reversedBehindSql = `SELECT l.price_version, sum(l.requests)::bigint AS reversed,
    (json_agg(l.tiered) FILTER (WHERE l.tiered IS NOT NULL))::text AS tiered
  FROM reversals AS r JOIN reversal_lines AS l USING (tenant, account, sequence)
  WHERE r.tenant = $1 AND r.account = $2 AND r.through_sequence > $3 AND r.entry_id IS NOT NULL
  GROUP BY l.price_version`;
const returnedLaterSql = `SELECT e.drawn FROM reversals AS r JOIN entries AS e USING (tenant, account, sequence)
  WHERE r.tenant = $1 AND r.account = $2 AND r.sequence > $3 AND r.through_sequence <= $3 AND e.drawn IS NOT NULL`;

/** Names an account by its id, or an entry by its place in it. */
export interface AccountPlace {
  readonly tenant: string;
  readonly account: string;
  readonly sequence: number;
}

/** What the entry of a reversal takes back. */
export function parseReversal(row: PostgresRow): Reversal {
  const [reversal] = rowsIn(row, 'reversal');
  if (reversal === undefined) throw new Error(`entry ${text(row, 'id')} takes back nothing`);
  return parseFields(reversal, { lines: rowsIn(reversal, 'lines').map(parseLine) });
}

/** The position of an entry in its account; 0 is before the first one. */
export async function loadPosition(
  connection: StatementRunner,
  place: AccountPlace,
): Promise<Position | undefined> {
  const { tenant, account, sequence } = place;
  const values = [tenant, account, sequence];
  const [rows, reversed, reversedBehind, [later]] = await Promise.all([
    sequence === 0 ? [beginning] : connection.rows(loadPositionSql, values),
    connection.rows(reversedThroughSql, values).then((found) => reversedIn(found, ([last]) => last?.line)),
    connection.rows(reversedBehindSql, values).then((found) => reversedIn(found, sumOfTaken)),
    connection.rows(laterReversedFromSql, values),
  ]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const paid = BigInt(textOrAbsent(row, 'paid_after') ?? '0');
  // If nothing is paid, nothing can be returned later.
  const returned = paid === 0n ? [] : await connection.rows(returnedLaterSql, values);
  return {
    sequence,
    priceVersion: integer(row, 'price_version'),
    lineRequests: integer(row, 'line_requests'),
    reversed: reversed.requests,
    reversedBehind: reversedBehind.requests,
    tiers: positionTiers(textOrAbsent(row, 'tiered'), reversed, reversedBehind),
    laterReversedFrom: later && integerOrAbsent(later, 'reversed_from'),
    paid,
    returnedLater: returned.reduce((sum, one) => sum - BigInt(text(one, 'drawn')), 0n),
  };
}

/** The position before the first entry of an account. */
const beginning = { price_version: -1, line_requests: 0, paid_after: null, tiered: null };

/** How many requests of an entry were taken back, in parts or in a range. */
export async function loadReversedOf(
  connection: StatementRunner,
  { tenant, account, sequence }: AccountPlace,
  requests: number,
): Promise<number> {
  const values = [tenant, account, sequence];
  const [[parts], [range]] = await Promise.all([
    connection.rows(reversedOfEntrySql, values),
    connection.rows(rangeAtSql, values),
  ]);
  if (range !== undefined && integer(range, 'from_sequence') < sequence) return Math.max(0, requests);
  return parts === undefined ? 0 : integer(parts, 'reversed');
}

function reversedIn(rows: readonly PostgresRow[], countsOf: CountsOf): ReversedByVersion {
  return reversedByVersion(
    rows.map((row) => ({
      priceVersion: integer(row, 'price_version'),
      requests: integer(row, 'reversed'),
      tiered: textOrAbsent(row, 'tiered'),
    })),
    countsOf,
  );
}

import type { EntryState } from '../../../domain/entry-state.ts';
import type { EntryReads } from '../../../reads/books/entries.ts';
import { big, integer, rowsIn, text, textOrAbsent } from '../columns.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

// Version 0 costs what version 1 does.
const pricesOf = (from: string) => `(SELECT json_agg(json_build_object('price_version', l.price_version,
      'price', coalesce(l.price, p.first_price)::text)) FROM ${from})`;
// Bills of an account follow one another, and ranges of reversals do not overlap: the first that ends at or after an entry
// is the only one that can contain it.
const loadStatesSql = `SELECT e.id,
    (SELECT s.id FROM settlements AS s WHERE s.tenant = $1 AND s.account = e.account
       AND s.through_sequence >= e.sequence ORDER BY s.through_sequence LIMIT 1) AS settlement,
    CASE WHEN e.requests <= 0 THEN 0
      WHEN coalesce((SELECT r.from_sequence < e.sequence FROM reversals AS r
        WHERE r.tenant = $1 AND r.account = e.account AND r.through_sequence >= e.sequence
          AND r.entry_id IS NULL ORDER BY r.through_sequence LIMIT 1), false) THEN e.requests
      ELSE (SELECT coalesce(sum(l.requests), 0)::bigint FROM reversals AS r
        JOIN reversal_lines AS l USING (tenant, account, sequence) WHERE r.tenant = $1
          AND r.account = e.account AND r.through_sequence = e.sequence AND r.entry_id IS NOT NULL)
    END AS reversed_requests,
    CASE WHEN e.requests < 0 THEN ${pricesOf(`reversal_lines AS r JOIN account_lines AS l
      ON l.tenant = r.tenant AND l.account = r.account AND l.price_version = r.price_version
      WHERE r.tenant = $1 AND r.account = e.account AND r.sequence = e.sequence`)}
    ELSE ${pricesOf(`account_lines AS l
      WHERE l.tenant = $1 AND l.account = e.account AND l.price_version = e.price_version`)} END AS prices
  FROM json_array_elements_text($2) AS w (id) JOIN entries AS e ON e.tenant = $1 AND e.id = w.id::uuid
  JOIN accounts AS a ON a.tenant = e.tenant AND a.account = e.account
  LEFT JOIN services AS p ON p.tenant = a.tenant AND p.service_id = a.service_id`;

async function loadEntryStates(
  connection: StatementRunner,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EntryState>> {
  const rows = await connection.rows(loadStatesSql, [tenant, JSON.stringify(ids)]);
  return new Map(
    rows.map((row) => {
      const priced = rowsIn(row, 'prices').filter(({ price }) => price !== null);
      const state: EntryState = {
        settlementId: textOrAbsent(row, 'settlement'),
        reversedRequests: integer(row, 'reversed_requests'),
        prices: new Map(priced.map((line) => [integer(line, 'price_version'), big(line, 'price')])),
      };
      return [text(row, 'id'), state];
    }),
  );
}

export function entryStatesRead(reader: Reader): Pick<EntryReads, 'entryStates'> {
  return {
    entryStates: (tenant, ids) => reader.of(tenant, (connection) => loadEntryStates(connection, tenant, ids)),
  };
}

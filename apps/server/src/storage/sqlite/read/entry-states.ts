import type { EntryState } from '../../../domain/entry-state.ts';
import type { EntryReads } from '../../../reads/books/entries.ts';
import { big, integer, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import type { Read } from './reader.ts';

// Bills of an account follow one another, and ranges of reversals do not overlap: the first that ends at or after an entry
// is the only one that can contain it.
const loadStateSql = `SELECT e.account, e.sequence, e.requests, e.price_version,
       (SELECT s.id FROM settlements AS s WHERE s.account = e.account AND s.through_sequence >= e.sequence
         ORDER BY s.through_sequence LIMIT 1) AS settlement,
       CASE WHEN e.requests <= 0 THEN 0
         WHEN coalesce((SELECT r.from_sequence < e.sequence FROM reversals AS r
           WHERE r.account = e.account AND r.through_sequence >= e.sequence AND r.entry_id IS NULL
           ORDER BY r.through_sequence LIMIT 1), 0) THEN e.requests
         ELSE (SELECT coalesce(sum(l.requests), 0) FROM reversals AS r JOIN reversal_lines AS l USING (account, sequence)
           WHERE r.account = e.account AND r.through_sequence = e.sequence AND r.entry_id IS NOT NULL)
       END AS reversed_requests
     FROM entries AS e WHERE e.tenant = ? AND e.id = ?`;
// Version 0 costs what version 1 does.
const priceOf = `l.price_version, CAST(coalesce(l.price, (SELECT p.first_price
       FROM accounts AS a JOIN services AS p ON p.tenant = a.tenant AND p.service_id = a.service_id
       WHERE a.account = l.account)) AS TEXT) AS price`;
const loadPriceSql = `SELECT ${priceOf} FROM account_lines AS l WHERE l.account = ? AND l.price_version = ?`;
const loadReversedPricesSql = `SELECT ${priceOf} FROM reversal_lines AS r
     JOIN account_lines AS l ON l.account = r.account AND l.price_version = r.price_version
     WHERE r.account = ? AND r.sequence = ?`;

function loadEntryState(connection: SqliteConnection, tenant: string, id: string): EntryState | undefined {
  const row = connection.get(loadStateSql, tenant, uuidBytes(id));
  if (row === undefined) return undefined;
  return {
    settlementId: row['settlement'] === null ? undefined : uuid(row, 'settlement'),
    reversedRequests: integer(row, 'reversed_requests'),
    prices: loadPrices(connection, row),
  };
}

function loadPrices(connection: SqliteConnection, row: SqliteRow): ReadonlyMap<number, bigint> {
  const [account, requests] = [integer(row, 'account'), integer(row, 'requests')];
  const rows =
    requests < 0
      ? connection.all(loadReversedPricesSql, account, integer(row, 'sequence'))
      : connection.all(loadPriceSql, account, integer(row, 'price_version'));
  const priced = rows.filter(({ price }) => price !== null);
  return new Map(priced.map((line) => [integer(line, 'price_version'), big(line, 'price')]));
}

export function entryStatesRead(read: Read): Pick<EntryReads, 'entryStates'> {
  return {
    entryStates: (tenant, ids) =>
      read((connection) => {
        const states = new Map<string, EntryState>();
        for (const id of ids) {
          const state = loadEntryState(connection, tenant, id);
          if (state !== undefined) states.set(id, state);
        }
        return states;
      }),
  };
}

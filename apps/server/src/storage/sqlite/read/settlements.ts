import type { Settlement } from '../../../domain/settlement.ts';
import type { SettlementReads } from '../../../reads/books/settlements.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { settlementLines, settlements } from '../../tables/settlements.ts';
import { uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { loadAccount } from './accounts.ts';
import type { Read } from './reader.ts';

const columns = selectList(settlements, 's', 'a');
const parseFields = parserOf(settlements);
const parseLine = parserOf(settlementLines);

const loadSettlementSql = `SELECT ${columns} FROM settlements AS s JOIN accounts AS a USING (account) WHERE s.tenant = ? AND s.id = ?`;
const loadLastSettlementIdSql = 'SELECT id FROM settlements WHERE tenant = ? ORDER BY id DESC LIMIT 1';
const loadSettlementsBeyondSql = {
  asc: `SELECT ${columns} FROM settlements AS s CROSS JOIN accounts AS a USING (account)
       WHERE s.tenant = ? AND s.id > ? ORDER BY s.id LIMIT ?`,
  desc: `SELECT ${columns} FROM settlements AS s CROSS JOIN accounts AS a USING (account)
       WHERE s.tenant = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?`,
} as const;
const loadSettlementsOfRunSql = `SELECT ${columns} FROM settlements AS s CROSS JOIN accounts AS a USING (account)
       WHERE s.tenant = ? AND s.run_id = ? AND s.id > ? ORDER BY s.id LIMIT ?`;
const loadSettlementsOfSql = `SELECT ${columns} FROM accounts AS a CROSS JOIN settlements AS s ON s.account = a.account
       WHERE a.account = ? AND s.number > ? AND s.number <= ? ORDER BY s.number LIMIT ?`;
const loadLinesSql = `SELECT ${selectList(settlementLines)} FROM settlement_lines
       WHERE tenant = ? AND settlement = ? ORDER BY price_version`;

function loadSettlement(connection: SqliteConnection, tenant: string, id: string): Settlement | undefined {
  const row = connection.get(loadSettlementSql, tenant, uuidBytes(id));
  return row && parseSettlement(connection, tenant, row);
}

function loadLastSettlementId(connection: SqliteConnection, tenant: string): string | undefined {
  const row = connection.get(loadLastSettlementIdSql, tenant);
  return row && uuid(row, 'id');
}

/** Settlements of a tenant beyond an id. */
export function loadSettlementsBeyond(
  connection: SqliteConnection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): Settlement[] {
  return connection
    .all(loadSettlementsBeyondSql[order], tenant, uuidBytes(beyondId), limit)
    .map((row) => parseSettlement(connection, tenant, row));
}

/** Settlements of an account with number in (after, through], in their order. */
function loadSettlementsOf(
  connection: SqliteConnection,
  tenant: string,
  account: number,
  after: number,
  through: number,
  limit: number,
): Settlement[] {
  return connection
    .all(loadSettlementsOfSql, account, after, through, limit)
    .map((row) => parseSettlement(connection, tenant, row));
}

function parseSettlement(connection: SqliteConnection, tenant: string, row: SqliteRow): Settlement {
  const lines = connection.all(loadLinesSql, tenant, row['id'] ?? null).map(parseLine);
  return parseFields(row, { lines });
}

export function settlementReads(read: Read): SettlementReads {
  return {
    settlement: (tenant, id) => read((connection) => loadSettlement(connection, tenant, id)),
    lastSettlementId: (tenant) => read((connection) => loadLastSettlementId(connection, tenant)),
    settlementsAfter: (tenant, beyondId, limit, runId) =>
      read((connection) =>
        runId === undefined
          ? loadSettlementsBeyond(connection, { tenant, order: 'asc', beyondId, limit })
          : connection
              .all(loadSettlementsOfRunSql, tenant, runId, uuidBytes(beyondId), limit)
              .map((row) => parseSettlement(connection, tenant, row)),
      ),
    settlementsOf: ({ tenant, agent, serviceId }, after, through, limit) =>
      read((connection) => {
        const number = loadAccount(connection, tenant, agent, serviceId)?.number;
        if (number === undefined) return [];
        return loadSettlementsOf(connection, tenant, number, after, through, limit);
      }),
  };
}

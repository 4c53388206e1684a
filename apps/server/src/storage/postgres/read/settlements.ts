import type { Settlement } from '../../../domain/settlement.ts';
import type { SettlementReads } from '../../../reads/books/settlements.ts';
import type { AccountKey } from '../../../reads/books.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { settlementLines, settlements } from '../../tables/settlements.ts';
import { rowsIn, text } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

/** Of `settlements AS s` and `accounts AS a`, with its lines. */
const columns = `${selectList(settlements, 's', 'a', '$1')},
  (SELECT json_agg(${jsonObject(settlementLines, 'l')} ORDER BY l.price_version)
     FROM settlement_lines AS l WHERE l.tenant = $1 AND l.settlement = s.id) AS lines`;
const parseFields = parserOf(settlements);
const parseLine = parserOf(settlementLines);
const withAccount = 'JOIN accounts AS a ON a.tenant = s.tenant AND a.account = s.account';

const loadSettlementSql = `SELECT ${columns} FROM settlements AS s ${withAccount} WHERE s.tenant = $1 AND s.id = $2`;
const loadLastSettlementIdSql =
  'SELECT id FROM settlements WHERE tenant = $1 AND id <= $2 ORDER BY id DESC LIMIT 1';
const loadSettlementsBeyondSql = {
  asc: `SELECT ${columns} FROM settlements AS s ${withAccount}
  WHERE s.tenant = $1 AND s.id > $2 AND s.id <= $3 ORDER BY s.id LIMIT $4`,
  desc: `SELECT ${columns} FROM settlements AS s ${withAccount}
  WHERE s.tenant = $1 AND s.id < $2 AND s.id <= $3 ORDER BY s.id DESC LIMIT $4`,
} as const;
const loadSettlementsOfRunSql = `SELECT ${columns} FROM settlements AS s ${withAccount}
  WHERE s.tenant = $1 AND s.run_id = $2 AND s.id > $3 AND s.id <= $4 ORDER BY s.id LIMIT $5`;
const loadSettlementsOfSql = `SELECT ${columns} FROM accounts AS a
  JOIN settlements AS s ON s.tenant = a.tenant AND s.account = a.account
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3 AND s.number > $4 AND s.number <= $5
  ORDER BY s.number LIMIT $6`;

/** A settlement with its place: the account's id, in its tenant. */
export interface PlacedSettlement {
  readonly tenant: string;
  readonly account: string;
  readonly settlement: Settlement;
}

async function loadSettlement(
  connection: StatementRunner,
  tenant: string,
  id: string,
): Promise<Settlement | undefined> {
  const [row] = await connection.rows(loadSettlementSql, [tenant, id]);
  return row && parseSettlement(row);
}

/** Id of the last settlement up to an id. */
async function loadLastSettlementId(
  connection: StatementRunner,
  tenant: string,
  throughId: string,
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastSettlementIdSql, [tenant, throughId]);
  return row && text(row, 'id');
}

/** Settlements of a tenant beyond an id, up to the horizon of the list. */
export async function loadSettlementsBeyond(
  connection: StatementRunner,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<Settlement[]> {
  const rows = await connection.rows(loadSettlementsBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseSettlement);
}

/** Settlements of an account with number in (after, through], in their order. */
async function loadSettlementsOf(
  connection: StatementRunner,
  { tenant, agent, serviceId }: AccountKey,
  after: number,
  through: number,
  limit: number,
): Promise<Settlement[]> {
  const rows = await connection.rows(loadSettlementsOfSql, [tenant, agent, serviceId, after, through, limit]);
  return rows.map(parseSettlement);
}

function parseSettlement(row: PostgresRow): Settlement {
  return parseFields(row, { lines: rowsIn(row, 'lines').map(parseLine) });
}

export function settlementReads(reader: Reader): SettlementReads {
  return {
    settlement: (tenant, id) => reader.of(tenant, (connection) => loadSettlement(connection, tenant, id)),
    lastSettlementId: (tenant) =>
      reader.tail(tenant, (connection, throughId) => loadLastSettlementId(connection, tenant, throughId)),
    settlementsAfter: (tenant, beyondId, limit, runId) =>
      reader.tail(tenant, async (connection, throughId) => {
        if (runId === undefined)
          return loadSettlementsBeyond(connection, { tenant, order: 'asc', beyondId, limit }, throughId);
        const rows = await connection.rows(loadSettlementsOfRunSql, [
          tenant,
          runId,
          beyondId,
          throughId,
          limit,
        ]);
        return rows.map(parseSettlement);
      }),
    settlementsOf: (key, after, through, limit) =>
      reader.of(key.tenant, (connection) => loadSettlementsOf(connection, key, after, through, limit)),
  };
}

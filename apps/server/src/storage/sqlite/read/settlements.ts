import type { BillLine } from '../../../domain/quote.ts';
import type { Settlement } from '../../../domain/settlement.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { big, integer, text, uuid, uuidBytes } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns = `s.id, a.agent, a.service_id, s.number, s.from_sequence, s.through_sequence, s.requests,
  CAST(s.carried_stroops AS TEXT) AS carried_stroops, CAST(s.billed_stroops AS TEXT) AS billed_stroops, s.settled_at_ms`;

const loadSettlementSql = `SELECT ${columns} FROM settlements AS s JOIN accounts AS a USING (account) WHERE s.tenant = ? AND s.id = ?`;
const loadLastSettlementIdSql = 'SELECT id FROM settlements WHERE tenant = ? ORDER BY id DESC LIMIT 1';
const loadSettlementsBeyondSql = {
  asc: `SELECT ${columns} FROM settlements AS s CROSS JOIN accounts AS a USING (account)
       WHERE s.tenant = ? AND s.id > ? ORDER BY s.id LIMIT ?`,
  desc: `SELECT ${columns} FROM settlements AS s CROSS JOIN accounts AS a USING (account)
       WHERE s.tenant = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?`,
} as const;
const loadSettlementsOfSql = `SELECT ${columns} FROM accounts AS a CROSS JOIN settlements AS s ON s.account = a.account
       WHERE a.account = ? AND s.number > ? AND s.number <= ? ORDER BY s.number LIMIT ?`;
const insertSettlementSql = `INSERT INTO settlements (tenant, id, account, number, from_sequence, through_sequence, requests, carried_stroops,
       billed_stroops, settled_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertLineSql = `INSERT INTO settlement_lines (tenant, settlement, price_version, requests, price_stroops, amount_stroops)
       VALUES (?, ?, ?, ?, ?, ?)`;
const loadBillLinesSql = `SELECT price_version, requests, price_stroops, CAST(amount_stroops AS TEXT) AS amount_stroops
       FROM settlement_lines WHERE tenant = ? AND settlement = ? ORDER BY price_version`;

export function loadSettlement(connection: Connection, tenant: string, id: string): Settlement | undefined {
  const row = connection.get(loadSettlementSql, tenant, uuidBytes(id));
  return row && parseSettlement(connection, tenant, row);
}

export function loadLastSettlementId(connection: Connection, tenant: string): string | undefined {
  const row = connection.get(loadLastSettlementIdSql, tenant);
  return row && uuid(row, 'id');
}

/** Settlements of a tenant beyond an id. */
export function loadSettlementsBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): Settlement[] {
  return connection
    .all(loadSettlementsBeyondSql[order], tenant, uuidBytes(beyondId), limit)
    .map((row) => parseSettlement(connection, tenant, row));
}

/** Settlements of an account with number in (after, through], in their order. */
export function loadSettlementsOf(
  connection: Connection,
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

export function saveSettlement(
  connection: Connection,
  tenant: string,
  account: number,
  settlement: Settlement,
): void {
  const id = uuidBytes(settlement.id);
  connection.run(
    insertSettlementSql,
    tenant,
    id,
    account,
    settlement.number,
    settlement.from,
    settlement.through,
    settlement.requests,
    settlement.carriedStroops,
    settlement.billedStroops,
    settlement.settledAtMs,
  );
  for (const line of settlement.lines) {
    connection.run(
      insertLineSql,
      tenant,
      id,
      line.priceVersion,
      line.requests,
      line.priceStroops,
      line.amountStroops,
    );
  }
}

function parseSettlement(connection: Connection, tenant: string, row: Row): Settlement {
  const id = uuid(row, 'id');
  return {
    id,
    agent: text(row, 'agent'),
    serviceId: text(row, 'service_id'),
    number: integer(row, 'number'),
    from: integer(row, 'from_sequence'),
    through: integer(row, 'through_sequence'),
    requests: integer(row, 'requests'),
    lines: loadBillLines(connection, tenant, id),
    carriedStroops: big(row, 'carried_stroops'),
    billedStroops: big(row, 'billed_stroops'),
    settledAtMs: integer(row, 'settled_at_ms'),
  };
}

function loadBillLines(connection: Connection, tenant: string, settlementId: string): BillLine[] {
  return connection.all(loadBillLinesSql, tenant, uuidBytes(settlementId)).map((row) => ({
    priceVersion: integer(row, 'price_version'),
    requests: integer(row, 'requests'),
    priceStroops: BigInt(integer(row, 'price_stroops')),
    amountStroops: big(row, 'amount_stroops'),
  }));
}

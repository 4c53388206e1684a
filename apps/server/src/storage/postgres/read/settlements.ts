import type { Settlement } from '../../../domain/settlement.ts';
import type { AccountKey } from '../../../reads/books.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { big, integer, json, rowsIn, text } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

/** Of `settlements AS s` and `accounts AS a`; amounts pass through JSON as text, because a double does not hold them. */
const columns = `s.id, a.agent, a.service_id, s.number, s.from_sequence, s.through_sequence, s.requests,
  s.carried_stroops, s.billed_stroops, s.settled_at_ms,
  (SELECT json_agg(json_build_object('price_version', l.price_version, 'requests', l.requests,
       'price_stroops', l.price_stroops::text, 'amount_stroops', l.amount_stroops::text) ORDER BY l.price_version)
     FROM settlement_lines AS l WHERE l.tenant = s.tenant AND l.settlement = s.id) AS lines`;
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
const loadSettlementsOfSql = `SELECT ${columns} FROM accounts AS a
  JOIN settlements AS s ON s.tenant = a.tenant AND s.account = a.account
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3 AND s.number > $4 AND s.number <= $5
  ORDER BY s.number LIMIT $6`;
const saveSettlementsSql = `INSERT INTO settlements (tenant, id, account, number, from_sequence, through_sequence,
    requests, carried_stroops, billed_stroops, settled_at_ms)
  SELECT tenant, id, account, number, from_sequence, through_sequence, requests, carried_stroops, billed_stroops,
    settled_at_ms
  FROM json_to_recordset($1) AS w (tenant text, id uuid, account uuid, number bigint, from_sequence bigint,
    through_sequence bigint, requests bigint, carried_stroops bigint, billed_stroops bigint, settled_at_ms bigint)`;
const saveLinesSql = `INSERT INTO settlement_lines
    (tenant, settlement, price_version, requests, price_stroops, amount_stroops)
  SELECT tenant, settlement, price_version, requests, price_stroops, amount_stroops
  FROM json_to_recordset($1) AS w (tenant text, settlement uuid, price_version integer, requests bigint,
    price_stroops bigint, amount_stroops bigint)`;

/** A settlement with its place: the account's id, in its tenant. */
export interface PlacedSettlement {
  readonly tenant: string;
  readonly account: string;
  readonly settlement: Settlement;
}

export async function loadSettlement(
  connection: Connection,
  tenant: string,
  id: string,
): Promise<Settlement | undefined> {
  const [row] = await connection.rows(loadSettlementSql, [tenant, id]);
  return row && parseSettlement(row);
}

/** Id of the last settlement up to an id. */
export async function loadLastSettlementId(
  connection: Connection,
  tenant: string,
  throughId: string,
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastSettlementIdSql, [tenant, throughId]);
  return row && text(row, 'id');
}

/** Settlements of a tenant beyond an id, up to the horizon of the list. */
export async function loadSettlementsBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<Settlement[]> {
  const rows = await connection.rows(loadSettlementsBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseSettlement);
}

/** Settlements of an account with number in (after, through], in their order. */
export async function loadSettlementsOf(
  connection: Connection,
  { tenant, agent, serviceId }: AccountKey,
  after: number,
  through: number,
  limit: number,
): Promise<Settlement[]> {
  const rows = await connection.rows(loadSettlementsOfSql, [tenant, agent, serviceId, after, through, limit]);
  return rows.map(parseSettlement);
}

export async function saveSettlements(
  statements: Statements,
  settlements: readonly PlacedSettlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const bills = settlements.map(({ tenant, account, settlement }) => ({
    tenant,
    id: settlement.id,
    account,
    number: settlement.number,
    from_sequence: settlement.from,
    through_sequence: settlement.through,
    requests: settlement.requests,
    carried_stroops: settlement.carriedStroops,
    billed_stroops: settlement.billedStroops,
    settled_at_ms: settlement.settledAtMs,
  }));
  const lines = settlements.flatMap(({ tenant, settlement }) =>
    settlement.lines.map((line) => ({
      tenant,
      settlement: settlement.id,
      price_version: line.priceVersion,
      requests: line.requests,
      price_stroops: line.priceStroops,
      amount_stroops: line.amountStroops,
    })),
  );
  await Promise.all([
    statements.rows(saveSettlementsSql, [json(bills)]),
    statements.rows(saveLinesSql, [json(lines)]),
  ]);
}

function parseSettlement(row: Row): Settlement {
  return {
    id: text(row, 'id'),
    agent: text(row, 'agent'),
    serviceId: text(row, 'service_id'),
    number: integer(row, 'number'),
    from: integer(row, 'from_sequence'),
    through: integer(row, 'through_sequence'),
    requests: integer(row, 'requests'),
    lines: rowsIn(row, 'lines').map((line) => ({
      priceVersion: integer(line, 'price_version'),
      requests: integer(line, 'requests'),
      priceStroops: big(line, 'price_stroops'),
      amountStroops: big(line, 'amount_stroops'),
    })),
    carriedStroops: big(row, 'carried_stroops'),
    billedStroops: big(row, 'billed_stroops'),
    settledAtMs: integer(row, 'settled_at_ms'),
  };
}

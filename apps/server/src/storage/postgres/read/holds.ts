import type { Hold } from '../../../domain/hold.ts';
import type { HoldReads } from '../../../reads/books/holds.ts';
import { holds } from '../../tables/holds.ts';
import { json, text } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';
import { numbered, type TenantAgent } from './tenant-agents.ts';

const columns = selectList(holds);
const ofHolds = `h.tenant, ${selectList(holds, 'h')}`;
export const parseHold = parserOf(holds);
/** Of `holds AS h`. */
export const holdObject = jsonObject(holds, 'h');

// The order allows only one index, also while the table is small and all indexes cost the same for the planner.
const loadHoldsSql = ofTenants(
  1,
  (tenant) => `SELECT h.* FROM json_to_recordset($1) AS w (tenant text, id text)
  CROSS JOIN LATERAL (SELECT tenant, ${columns} FROM holds AS b
    WHERE b.tenant = ${tenant} AND b.id >= w.id ORDER BY b.id LIMIT 1) AS h WHERE h.id = w.id`,
);
/** The open holds AS b of the agent of `w` that are due at `$2`: a range of the index of the agent's holds. */
const dueOfAgent = (tenant: string) => `b.tenant = ${tenant} AND b.state = 'open'
    AND (b.agent, b.expires_at_ms) >= (w.agent, 0) AND (b.agent, b.expires_at_ms) <= (w.agent, $2)
    ORDER BY b.agent, b.expires_at_ms`;
// The agents in their order, and for each at most as many holds as are wanted for all together, so that no more are read.
const loadDueSql = ofTenants(
  3,
  (tenant) => `SELECT ${ofHolds} FROM json_to_recordset($1) AS w (n integer, tenant text, agent text)
  CROSS JOIN LATERAL (SELECT * FROM holds AS b WHERE ${dueOfAgent(tenant)} LIMIT $3) AS h
  ORDER BY w.n, h.expires_at_ms LIMIT $3`,
);
const agentsWithDueSql = ofTenants(
  2,
  (tenant) => `SELECT w.tenant, w.agent FROM json_to_recordset($1) AS w (n integer, tenant text, agent text)
  CROSS JOIN LATERAL (SELECT FROM holds AS b WHERE ${dueOfAgent(tenant)} LIMIT 1) AS due`,
);
const loadHoldsAfterSql = `SELECT ${columns} FROM holds WHERE tenant = $1 AND place > $2 ORDER BY place LIMIT $3`;
const loadHoldsOfAfterSql = `SELECT ${columns} FROM holds
  WHERE tenant = $1 AND agent = $2 AND place > $3 ORDER BY place LIMIT $4`;

/** A hold with its tenant. */
export interface OwnedHold {
  readonly tenant: string;
  readonly hold: Hold;
}

/** Holds by their ids. */
export async function loadHolds(
  connection: StatementRunner,
  wanted: readonly { readonly tenant: string; readonly id: string }[],
): Promise<OwnedHold[]> {
  const rows = await connection.rows(loadHoldsSql, [json(wanted)]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), hold: parseHold(row) }));
}

/** Open holds of agents whose time has come, by agent in the given order, the first ones first; `undefined` is no limit. */
export async function loadDueHolds(
  connection: StatementRunner,
  agents: readonly TenantAgent[],
  nowMs: number,
  limit: number | undefined,
): Promise<OwnedHold[]> {
  const rows = await connection.rows(loadDueSql, [json(numbered(agents)), nowMs, limit ?? null]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), hold: parseHold(row) }));
}

/** Those agents that have an open hold whose time has come. */
export async function loadAgentsWithDue(
  connection: StatementRunner,
  agents: readonly TenantAgent[],
  nowMs: number,
): Promise<TenantAgent[]> {
  const rows = await connection.rows(agentsWithDueSql, [json(numbered(agents)), nowMs]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), agent: text(row, 'agent') }));
}

async function loadHoldsAfter(
  connection: StatementRunner,
  { tenant, agent }: { readonly tenant: string; readonly agent: string | undefined },
  after: string,
  limit: number,
): Promise<Hold[]> {
  const rows =
    agent === undefined
      ? await connection.rows(loadHoldsAfterSql, [tenant, after, limit])
      : await connection.rows(loadHoldsOfAfterSql, [tenant, agent, after, limit]);
  return rows.map(parseHold);
}

export function holdReads(reader: Reader): HoldReads {
  return {
    hold: (tenant, id) =>
      reader.of(tenant, async (connection) => (await loadHolds(connection, [{ tenant, id }]))[0]?.hold),
    holdsAfter: (filter, after, limit) =>
      reader.of(filter.tenant, (connection) => loadHoldsAfter(connection, filter, after, limit)),
  };
}

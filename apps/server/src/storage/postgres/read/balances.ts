import { type Balance, byDrawOrder, type Grant, type OwnedGrant } from '../../../domain/balance.ts';
import {
  type AgentBilling,
  type BillingPolicy,
  everyAgent,
  type NamedPolicy,
} from '../../../domain/billing.ts';
import type { Movement } from '../../../domain/movement.ts';
import {
  type BalanceName,
  type BalanceReads,
  type DueAgent,
  distinctAgents,
} from '../../../reads/books/balances.ts';
import { balances, billing, grants, movements, policyOf } from '../../tables/balances.ts';
import { json, rowsIn, text } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import { holdObject, loadAgentsWithDue, loadDueHolds, type OwnedHold, parseHold } from './holds.ts';
import type { Reader } from './reader.ts';
import { numbered, type TenantAgent } from './tenant-agents.ts';

const parsePolicy = parserOf(billing);
const parseBalance = parserOf(balances);
const parseGrant = parserOf(grants);
const parseMovement = parserOf(movements);
const grantColumns = selectList(grants);

/** Of `balances AS b`, with its grants that are not used up: one statement sees both as they were at one moment. */
const balanceColumns = (tenant: string) => `b.tenant, ${selectList(balances, 'b')},
  (SELECT json_agg(${jsonObject(grants, 'g')}) FROM grants AS g
     WHERE g.tenant = ${tenant} AND g.agent = b.agent AND g.asset = b.asset AND g.is_open) AS open`;

const agentRows = 'json_to_recordset($1) AS w (n integer, tenant text, agent text)';
const loadPoliciesSql = ofTenants(
  1,
  (tenant) => `SELECT b.tenant, ${selectList(billing, 'b')} FROM ${agentRows}
  CROSS JOIN LATERAL (SELECT * FROM billing AS a WHERE a.tenant = ${tenant} AND a.agent = w.agent LIMIT 1) AS b`,
);
const loadBalancesSql = ofTenants(
  1,
  (tenant) => `SELECT ${balanceColumns(tenant)} FROM ${agentRows}
  CROSS JOIN LATERAL (SELECT * FROM balances AS a WHERE a.tenant = ${tenant} AND a.agent = w.agent OFFSET 0) AS b`,
);
const loadGrantsSql = ofTenants(
  1,
  (tenant) => `SELECT g.tenant, g.agent, g.asset, ${selectList(grants, 'g')}
  FROM json_to_recordset($1) AS w (tenant text, id text)
  CROSS JOIN LATERAL (SELECT * FROM grants AS a WHERE a.tenant = ${tenant} AND a.id = w.id LIMIT 1) AS g`,
);
const loadGrantsAfterSql = `SELECT ${grantColumns} FROM grants
  WHERE tenant = $1 AND agent = $2 AND asset = $3 AND number > $4 ORDER BY number LIMIT $5`;
const loadMovementsAfterSql = `SELECT ${selectList(movements)} FROM movements
  WHERE tenant = $1 AND agent = $2 AND asset = $3 AND number > $4 ORDER BY number LIMIT $5`;
const loadBalancesAfterSql = `SELECT tenant, ${selectList(balances)} FROM balances
  WHERE tenant = $1 AND (agent, asset) > ($2, $3) ORDER BY agent, asset LIMIT $4`;
const loadOfAgentsAfterSql = `SELECT tenant, ${selectList(balances)} FROM balances
  WHERE tenant = $1 AND agent > $2 ORDER BY agent, asset LIMIT $3`;
// The parts of a grant that holds reserve expire when the hold ends, the other parts now.
const loadExpiringSql = `SELECT tenant, agent, id FROM grants
  WHERE is_free AND expires_at_ms <= $1 ORDER BY expires_at_ms LIMIT $2`;
const loadLapsingSql = `SELECT tenant, agent, id FROM holds
  WHERE state = 'open' AND expires_at_ms <= $1 ORDER BY expires_at_ms LIMIT $2`;
const loadWholeSql = `SELECT b.tenant, ${selectList(balances, 'b')},
    (SELECT json_agg(${jsonObject(grants, 'g')} ORDER BY g.number) FROM grants AS g
     WHERE g.tenant = $1 AND g.agent = b.agent AND g.asset = b.asset) AS every_grant,
    (SELECT json_agg(${holdObject} ORDER BY h.place) FROM holds AS h WHERE h.tenant = $1
     AND h.agent = b.agent AND h.asset = b.asset AND h.state = 'open') AS every_open_hold
  FROM balances AS b WHERE b.tenant = $1 AND b.agent = $2 AND b.asset = $3`;

/** How some agents pay. */
export interface FoundBillings {
  readonly billings: readonly { readonly tenant: string; readonly billing: AgentBilling }[];
  readonly defaultPolicies: ReadonlyMap<string, BillingPolicy>;
}

/**
 * The billing of agents, with their balances; agents that never had a policy or a balance are left out.
 *
 * @param dueMax the most holds that have lapsed, of all of them; without it, all
 */
export async function loadBillings(
  connection: StatementRunner,
  agents: readonly TenantAgent[],
  nowMs: number,
  dueMax?: number,
): Promise<FoundBillings> {
  const ofTenants = [...new Set(agents.map(({ tenant }) => tenant))].map((tenant) => ({
    tenant,
    agent: everyAgent,
  }));
  const [policyRows, balanceRows, found] = await Promise.all([
    connection.rows(loadPoliciesSql, [json(numbered([...agents, ...ofTenants]))]),
    connection.rows(loadBalancesSql, [json(numbered(agents))]),
    // One more than are wanted, to see whether there are more.
    loadDueHolds(connection, agents, nowMs, dueMax === undefined ? undefined : dueMax + 1),
  ]);
  const named = policyRows.map((row) => ({ tenant: text(row, 'tenant'), ...namedPolicy(row) }));
  const owned = balanceRows.map((row) => ({ tenant: text(row, 'tenant'), balance: balanceOf(row) }));
  const defaultPolicies = new Map<string, BillingPolicy>();
  for (const { tenant, agent, policy } of named) {
    if (agent === everyAgent && policy !== undefined) defaultPolicies.set(tenant, policy);
  }
  const wanted = new Set(agents.map(nameOf));
  const known = named.filter((one) => wanted.has(nameOf(one)));
  const byAgent = Map.groupBy(owned, ({ tenant, balance: { agent } }) => nameOf({ tenant, agent }));
  const due = found.slice(0, dueMax);
  const moreDue = await agentsFrom(connection, agents, nowMs, found[due.length]);
  const dueOf = Map.groupBy(due, ({ tenant, hold: { agent } }) => nameOf({ tenant, agent }));
  const billings = [...new Map(known.map((one) => [nameOf(one), one]))].map(
    ([name, { tenant, agent, policy }]) => ({
      tenant,
      billing: {
        agent,
        isKnown: true,
        policy,
        balances: (byAgent.get(name) ?? []).map(({ balance }) => balance),
        dueHolds: (dueOf.get(name) ?? []).map(({ hold }) => hold),
        hasMoreDue: moreDue.has(name),
      },
    }),
  );
  return { billings, defaultPolicies };
}

/** The names of agents of which holds that have lapsed were left out: that of the first one, and those after it that have any. */
async function agentsFrom(
  connection: StatementRunner,
  agents: readonly TenantAgent[],
  nowMs: number,
  leftOut: OwnedHold | undefined,
): Promise<ReadonlySet<string>> {
  if (leftOut === undefined) return new Set();
  const first = nameOf({ tenant: leftOut.tenant, agent: leftOut.hold.agent });
  const at = agents.findIndex((one) => nameOf(one) === first);
  const due = await loadAgentsWithDue(connection, agents.slice(at), nowMs);
  return new Set(due.map(nameOf));
}

function namedPolicy(row: PostgresRow): NamedPolicy {
  const policy = parsePolicy(row);
  return { agent: policy.agent, policy: policyOf(policy) };
}

function balanceOf(row: PostgresRow): Balance {
  return parseBalance(row, { open: rowsIn(row, 'open').map(parseGrant).sort(byDrawOrder) });
}

function nameOf({ tenant, agent }: TenantAgent): string {
  return `${tenant} ${agent}`;
}

/** Grants by their ids. */
export async function loadGrants(
  connection: StatementRunner,
  wanted: readonly { readonly tenant: string; readonly id: string }[],
): Promise<{ readonly tenant: string; readonly owned: OwnedGrant }[]> {
  const rows = await connection.rows(loadGrantsSql, [json(wanted)]);
  return rows.map((row) => ({
    tenant: text(row, 'tenant'),
    owned: { agent: text(row, 'agent'), asset: text(row, 'asset'), grant: parseGrant(row) },
  }));
}

async function loadGrantsAfter(
  connection: StatementRunner,
  { tenant, agent, asset }: BalanceName,
  after: number,
  limit: number,
): Promise<Grant[]> {
  return (await connection.rows(loadGrantsAfterSql, [tenant, agent, asset, after, limit])).map(parseGrant);
}

async function loadMovementsAfter(
  connection: StatementRunner,
  { tenant, agent, asset }: BalanceName,
  after: number,
  limit: number,
): Promise<Movement[]> {
  const rows = await connection.rows(loadMovementsAfterSql, [tenant, agent, asset, after, limit]);
  return rows.map(parseMovement);
}

/** Balances after another one, by agent and asset. Their open grants are left out. */
async function loadBalancesAfter(
  connection: StatementRunner,
  { tenant, agent, asset }: BalanceName,
  limit: number,
): Promise<Balance[]> {
  const rows = await connection.rows(loadBalancesAfterSql, [tenant, agent, asset, limit]);
  return rows.map((row) => parseBalance(row, { open: [] }));
}

/** Balances of the agents after a name, by agent and asset. Their open grants are left out. */
async function loadBalancesOfAgentsAfter(
  connection: StatementRunner,
  tenant: string,
  after: string,
  limit: number,
): Promise<Balance[]> {
  const rows = await connection.rows(loadOfAgentsAfterSql, [tenant, after, limit]);
  return rows.map((row) => parseBalance(row, { open: [] }));
}

async function loadWhole(connection: StatementRunner, { tenant, agent, asset }: BalanceName) {
  const [row] = await connection.rows(loadWholeSql, [tenant, agent, asset]);
  return {
    balance: row && parseBalance(row, { open: [] }),
    grants: row === undefined ? [] : rowsIn(row, 'every_grant').map(parseGrant),
    openHolds: row === undefined ? [] : rowsIn(row, 'every_open_hold').map(parseHold),
  };
}

async function loadDueAgents(connection: StatementRunner, nowMs: number, limit: number): Promise<DueAgent[]> {
  const rows = await Promise.all(
    [loadExpiringSql, loadLapsingSql].map((sql) => connection.rows(sql, [nowMs, limit])),
  );
  return distinctAgents(
    rows
      .flat()
      .map((row) => ({ tenant: text(row, 'tenant'), agent: text(row, 'agent'), first: text(row, 'id') })),
  );
}

async function loadBillingOf(connection: StatementRunner, tenant: string, agent: string, nowMs: number) {
  const { billings, defaultPolicies } = await loadBillings(connection, [{ tenant, agent }], nowMs);
  return { billing: billings[0]?.billing, defaultPolicy: defaultPolicies.get(tenant) };
}

async function loadGrant(
  connection: StatementRunner,
  tenant: string,
  id: string,
): Promise<OwnedGrant | undefined> {
  const [found] = await loadGrants(connection, [{ tenant, id }]);
  return found?.owned;
}

export function balanceReads(reader: Reader): BalanceReads {
  return {
    billing: (tenant, agent, nowMs) =>
      reader.of(tenant, (connection) => loadBillingOf(connection, tenant, agent, nowMs)),
    grant: (tenant, id) => reader.of(tenant, (connection) => loadGrant(connection, tenant, id)),
    grantsAfter: (name, after, limit) =>
      reader.of(name.tenant, (connection) => loadGrantsAfter(connection, name, after, limit)),
    movementsAfter: (name, after, limit) =>
      reader.of(name.tenant, (connection) => loadMovementsAfter(connection, name, after, limit)),
    balancesAfter: (after, limit) =>
      reader.of(after.tenant, (connection) => loadBalancesAfter(connection, after, limit)),
    balancesOfAgentsAfter: (tenant, after, limit) =>
      reader.of(tenant, (connection) => loadBalancesOfAgentsAfter(connection, tenant, after, limit)),
    wholeBalance: (name) => reader.of(name.tenant, (connection) => loadWhole(connection, name)),
    dueAgents: (nowMs, limit) => reader.read((connection) => loadDueAgents(connection, nowMs, limit)),
  };
}

import { type Balance, byDrawOrder, type Grant, type OwnedGrant } from '../../../domain/balance.ts';
import { type AgentBilling, type BillingPolicy, everyAgent } from '../../../domain/billing.ts';
import type { Movement } from '../../../domain/movement.ts';
import {
  type BalanceName,
  type BalanceReads,
  type DueAgent,
  distinctAgents,
} from '../../../reads/books/balances.ts';
import { balances, billing, grants, movements, policyOf } from '../../tables/balances.ts';
import { text } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { loadDueHolds } from './holds.ts';
import type { Read } from './reader.ts';

const parsePolicy = parserOf(billing);
const parseBalance = parserOf(balances);
const parseGrant = parserOf(grants);
const parseMovement = parserOf(movements);
const grantColumns = selectList(grants);

const loadPolicySql = `SELECT ${selectList(billing)} FROM billing WHERE tenant = ? AND agent = ?`;
const loadBalancesSql = `SELECT ${selectList(balances)} FROM balances WHERE tenant = ? AND agent = ? ORDER BY asset`;
// Otherwise the primary key is taken, which also has every grant that was used up.
const loadOpenSql = `SELECT ${grantColumns} FROM grants INDEXED BY grants_open
  WHERE tenant = ? AND agent = ? AND asset = ? AND is_open = 1`;
const loadGrantSql = `SELECT agent, asset, ${grantColumns} FROM grants WHERE tenant = ? AND id = ?`;
const loadGrantsAfterSql = `SELECT ${grantColumns} FROM grants
  WHERE tenant = ? AND agent = ? AND asset = ? AND number > ? ORDER BY number LIMIT ?`;
const loadMovementsAfterSql = `SELECT ${selectList(movements)} FROM movements
  WHERE tenant = ? AND agent = ? AND asset = ? AND number > ? ORDER BY number LIMIT ?`;
const loadBalancesAfterSql = `SELECT ${selectList(balances)} FROM balances
  WHERE tenant = ? AND (agent, asset) > (?, ?) ORDER BY agent, asset LIMIT ?`;
const loadOfAgentsAfterSql = `SELECT ${selectList(balances)} FROM balances
  WHERE tenant = ? AND agent > ? ORDER BY agent, asset LIMIT ?`;
// The parts of a grant that holds reserve expire with the end of the hold, the others now.
const loadExpiringSql = `SELECT tenant, agent, id FROM grants
  WHERE is_free = 1 AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?`;
const loadLapsingSql = `SELECT tenant, agent, id FROM holds
  WHERE state = 'open' AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?`;
const loadBalanceSql = `SELECT ${selectList(balances)} FROM balances WHERE tenant = ? AND agent = ? AND asset = ?`;

/**
 * How an agent pays, with its balances; `undefined` if the books do not know it in this respect.
 *
 * @param dueMax the most holds that have lapsed; without it, all
 */
export function loadBilling(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
  nowMs: number,
  dueMax?: number,
): AgentBilling | undefined {
  const row = connection.get(loadPolicySql, tenant, agent);
  if (row === undefined) return undefined;
  const found = connection.all(loadBalancesSql, tenant, agent).map((balance): Balance => {
    const open = connection.all(loadOpenSql, tenant, agent, text(balance, 'asset')).map(parseGrant);
    return parseBalance(balance, { open: open.sort(byDrawOrder) });
  });
  // A balance counts its open holds: without any, there is nothing to look for.
  const hasHolds = found.some(({ openHolds }) => openHolds > 0);
  // One more than are wanted, to see whether there are more.
  const limit = dueMax === undefined ? -1 : dueMax + 1;
  const due = hasHolds ? loadDueHolds(connection, tenant, agent, nowMs, limit) : [];
  const dueHolds = due.slice(0, dueMax);
  return {
    agent,
    isKnown: true,
    policy: policyOf(parsePolicy(row)),
    balances: found,
    dueHolds,
    hasMoreDue: dueHolds.length < due.length,
  };
}

/** The policy of agents that have none. */
export function loadDefaultPolicy(connection: SqliteConnection, tenant: string): BillingPolicy | undefined {
  const row = connection.get(loadPolicySql, tenant, everyAgent);
  return row && policyOf(parsePolicy(row));
}

export function loadGrant(connection: SqliteConnection, tenant: string, id: string): OwnedGrant | undefined {
  const row = connection.get(loadGrantSql, tenant, id);
  return row && { agent: text(row, 'agent'), asset: text(row, 'asset'), grant: parseGrant(row) };
}

function loadGrantsAfter(
  connection: SqliteConnection,
  { tenant, agent, asset }: BalanceName,
  after: number,
  limit: number,
): Grant[] {
  return connection.all(loadGrantsAfterSql, tenant, agent, asset, after, limit).map(parseGrant);
}

function loadMovementsAfter(
  connection: SqliteConnection,
  { tenant, agent, asset }: BalanceName,
  after: number,
  limit: number,
): Movement[] {
  return connection.all(loadMovementsAfterSql, tenant, agent, asset, after, limit).map(parseMovement);
}

/** Balances after another one, by agent and asset. Their open grants are left out. */
function loadBalancesAfter(
  connection: SqliteConnection,
  { tenant, agent, asset }: BalanceName,
  limit: number,
): Balance[] {
  return connection
    .all(loadBalancesAfterSql, tenant, agent, asset, limit)
    .map((row) => parseBalance(row, { open: [] }));
}

/** Balances of the agents after a name, by agent and asset. Their open grants are left out. */
function loadBalancesOfAgentsAfter(
  connection: SqliteConnection,
  tenant: string,
  after: string,
  limit: number,
): Balance[] {
  return connection
    .all(loadOfAgentsAfterSql, tenant, after, limit)
    .map((row) => parseBalance(row, { open: [] }));
}

function loadDueAgents(connection: SqliteConnection, nowMs: number, limit: number): DueAgent[] {
  const rows = [loadExpiringSql, loadLapsingSql].flatMap((sql) => connection.all(sql, nowMs, limit));
  return distinctAgents(
    rows.map((row) => ({ tenant: text(row, 'tenant'), agent: text(row, 'agent'), first: text(row, 'id') })),
  );
}

export function balanceReads(read: Read): BalanceReads {
  return {
    billing: (tenant, agent, nowMs) =>
      read((connection) => ({
        billing: loadBilling(connection, tenant, agent, nowMs),
        defaultPolicy: loadDefaultPolicy(connection, tenant),
      })),
    grant: (tenant, id) => read((connection) => loadGrant(connection, tenant, id)),
    grantsAfter: (name, after, limit) =>
      read((connection) => loadGrantsAfter(connection, name, after, limit)),
    movementsAfter: (name, after, limit) =>
      read((connection) => loadMovementsAfter(connection, name, after, limit)),
    balancesAfter: (after, limit) => read((connection) => loadBalancesAfter(connection, after, limit)),
    balancesOfAgentsAfter: (tenant, after, limit) =>
      read((connection) => loadBalancesOfAgentsAfter(connection, tenant, after, limit)),
    wholeBalance: (name) =>
      read((connection) => {
        const row = connection.get(loadBalanceSql, name.tenant, name.agent, name.asset);
        const all = loadGrantsAfter(connection, name, 0, -1);
        const openHolds = loadDueHolds(connection, name.tenant, name.agent, Number.MAX_SAFE_INTEGER, -1);
        return {
          balance: row && parseBalance(row, { open: [] }),
          grants: all,
          openHolds: openHolds.filter(({ asset }) => asset === name.asset),
        };
      }),
    dueAgents: (nowMs, limit) => read((connection) => loadDueAgents(connection, nowMs, limit)),
  };
}

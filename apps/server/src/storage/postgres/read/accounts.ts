import type { Account } from '../../../domain/account.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { AccountKey, AccountsFilter } from '../../../reads/books.ts';
import { accountLines, accounts } from '../../tables/accounts.ts';
import { flag, integer, json, rowsIn, text, texts } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import { ofAllTenants, ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

/** An account with the id that refers to it in the rows of its entries. */
export interface IdentifiedAccount {
  readonly tenant: string;
  readonly account: string;
  readonly totals: Account;
}

/** An account as a batch loads it. */
interface LoadedAccount extends IdentifiedAccount {
  /** whether its agent, or its tenant, has a policy or a balance, or had one */
  readonly isBilled: boolean;
}

/** Of `accounts AS a`, with its lines: one statement sees both as they were at one moment. */
export const accountColumns = (tenant: string) => `a.tenant, a.account, ${selectList(accounts, 'a')},
  (SELECT json_agg(${jsonObject(accountLines, 'l')} ORDER BY l.price_version)
     FROM account_lines AS l WHERE l.tenant = ${tenant} AND l.account = a.account) AS lines`;
const columns = accountColumns('$1');
const parseTotals = parserOf(accounts);
const parseLine = parserOf(accountLines);

/**
 * An account by its name, as a row of `FROM` after `w`, which names it. The order allows only one index. Without it,
 * while the table is small, the planner may choose the index by services, and read all accounts of a service.
 */
export const namedAccount = (
  tenant: string,
) => `CROSS JOIN LATERAL (SELECT *, ctid AS place FROM accounts AS b
    WHERE b.tenant = ${tenant} AND (b.agent, b.service_id) >= (w.agent, w.service_id)
    ORDER BY b.agent, b.service_id LIMIT 1) AS a
  WHERE a.agent = w.agent AND a.service_id = w.service_id`;
// For every account, whether its agent or its tenant has a policy or a balance; these are read only if it does.
const loadAccountsSql = ofTenants(
  1,
  (tenant) => `SELECT ${accountColumns(tenant)}, EXISTS (SELECT 1 FROM billing AS p
    WHERE p.tenant = ${tenant} AND p.agent = ANY (ARRAY[a.agent, ''])) AS is_billed
  FROM json_to_recordset($1) AS w (tenant text, agent text, service_id text)
  ${namedAccount(tenant)}`,
);
const loadAccountSql = `SELECT ${columns} FROM accounts AS a WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3`;
const loadAccountsOfSql = `SELECT ${columns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id > $3 ORDER BY a.service_id LIMIT $4`;
// Always one row, because the ten thousand names would be read in vain for an agent whose command is weighed again.
const lookForAccountsSql = `SELECT count(*) AS count, CASE WHEN count(*) <= $4 THEN json_agg(service_id) END AS services
  FROM (SELECT service_id FROM accounts WHERE tenant = $1 AND agent = $2 LIMIT $3) AS a`;
const loadAccountsAfterSql = `SELECT ${columns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.account > $2 ORDER BY a.account LIMIT $3`;
const loadAccountsOfServiceSql = `SELECT ${columns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.service_id = $2 AND a.account > $3 ORDER BY a.account LIMIT $4`;
// From name to name by the index: `DISTINCT` would read all accounts of each.
const loadTenantsAfterSql = ofAllTenants(
  `WITH RECURSIVE found AS (
    (SELECT tenant FROM accounts WHERE tenant > $1 ORDER BY tenant LIMIT 1)
    UNION ALL SELECT n.tenant FROM found AS f CROSS JOIN LATERAL
      (SELECT a.tenant FROM accounts AS a WHERE a.tenant > f.tenant ORDER BY a.tenant LIMIT 1) AS n)
  SELECT tenant FROM found LIMIT $2`,
  'SELECT tenant FROM accounts WHERE tenant > $1 GROUP BY tenant ORDER BY tenant LIMIT $2',
);
export const loadAgentsAfterSql = `WITH RECURSIVE found AS (
    (SELECT agent FROM accounts WHERE tenant = $1 AND agent > $2 ORDER BY agent LIMIT 1)
    UNION ALL SELECT n.agent FROM found AS f CROSS JOIN LATERAL
      (SELECT a.agent FROM accounts AS a WHERE a.tenant = $1 AND a.agent > f.agent ORDER BY a.agent LIMIT 1) AS n)
  SELECT agent FROM found LIMIT $3`;
// An account without entries was created by a running batch for its lock.
const isUsedSql =
  'SELECT 1 AS found FROM accounts WHERE tenant = $1 AND service_id = $2 AND sequence > 0 LIMIT 1';
const loadUnsettledAgentsSql =
  'SELECT agent FROM accounts WHERE tenant = $1 AND service_id = $2 AND unsettled LIMIT $3';

export async function loadAccounts(
  connection: StatementRunner,
  wanted: readonly AccountKey[],
): Promise<LoadedAccount[]> {
  const rows = await connection.rows(loadAccountsSql, [json(wanted.map(accountKeyRecord))]);
  return rows.map((row) => ({ ...parseAccount(row), isBilled: flag(row, 'is_billed') }));
}

async function loadAccount(
  connection: StatementRunner,
  { tenant, agent, serviceId }: AccountKey,
): Promise<IdentifiedAccount | undefined> {
  const [row] = await connection.rows(loadAccountSql, [tenant, agent, serviceId]);
  return row && parseAccount(row);
}

/** Accounts of an agent after a service, in the order of their services; '' is the beginning. */
async function loadAccountsOf(
  connection: StatementRunner,
  tenant: string,
  agent: string,
  after: string,
  limit: number,
): Promise<Account[]> {
  const rows = await connection.rows(loadAccountsOfSql, [tenant, agent, after, limit]);
  return rows.map((row) => parseAccount(row).totals);
}

/** The accounts of an agent, before they are locked. */
interface AccountsLook {
  /** how many there are, counted up to a limit */
  readonly count: number;
  /** their services, unless there are more than were asked for */
  readonly services: readonly string[];
}

/** Counts the accounts of an agent up to a limit, and names them if there are at most `namedMax`. */
export async function lookForAccounts(
  connection: StatementRunner,
  { tenant, agent }: { readonly tenant: string; readonly agent: string },
  countMax: number,
  namedMax: number,
): Promise<AccountsLook> {
  const [row] = await connection.rows(lookForAccountsSql, [tenant, agent, countMax, namedMax]);
  if (row === undefined) return { count: 0, services: [] };
  return { count: integer(row, 'count'), services: texts(row, 'services') };
}

/** Tenants that have accounts, after a name, in the order of their names. */
async function loadTenantsAfter(
  connection: StatementRunner,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await connection.rows(loadTenantsAfterSql, [after, limit])).map((row) => text(row, 'tenant'));
}

/** Agents that have accounts, after a name, in the order of their names. */
async function loadAgentsAfter(
  connection: StatementRunner,
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await connection.rows(loadAgentsAfterSql, [tenant, after, limit])).map((row) => text(row, 'agent'));
}

/** Agents with something unsettled on a service, at most `limit` of them. */
export async function loadUnsettledAgents(
  connection: StatementRunner,
  tenant: string,
  serviceId: string,
  limit: number,
): Promise<ReadonlySet<string>> {
  const rows = await connection.rows(loadUnsettledAgentsSql, [tenant, serviceId, limit]);
  return new Set(rows.map((row) => text(row, 'agent')));
}

/** Whether something was ever recorded of a service. */
export async function isServiceUsed(
  connection: StatementRunner,
  tenant: string,
  serviceId: string,
): Promise<boolean> {
  return (await connection.rows(isUsedSql, [tenant, serviceId])).length > 0;
}

/** Accounts after an id, in the order of their ids. */
export async function loadAccountsAfter(
  connection: StatementRunner,
  { tenant, serviceId }: AccountsFilter,
  after: string,
  limit: number,
): Promise<IdentifiedAccount[]> {
  const rows =
    serviceId === undefined
      ? await connection.rows(loadAccountsAfterSql, [tenant, after, limit])
      : await connection.rows(loadAccountsOfServiceSql, [tenant, serviceId, after, limit]);
  return rows.map(parseAccount);
}

/** What names an account, as `json_to_recordset` takes it. */
export function accountKeyRecord({ tenant, agent, serviceId }: AccountKey) {
  return { tenant, agent, service_id: serviceId };
}

export function parseAccount(row: PostgresRow): IdentifiedAccount {
  return {
    tenant: text(row, 'tenant'),
    account: text(row, 'account'),
    totals: parseTotals(row, { lines: rowsIn(row, 'lines').map(parseLine) }),
  };
}

export function accountReads(
  reader: Reader,
): Pick<AccountReads, 'account' | 'accountsOf' | 'agentsAfter' | 'tenantsAfter'> {
  return {
    account: async (key) =>
      (await reader.of(key.tenant, (connection) => loadAccount(connection, key)))?.totals,
    accountsOf: (tenant, agent, after, limit) =>
      reader.of(tenant, (connection) => loadAccountsOf(connection, tenant, agent, after, limit)),
    agentsAfter: (tenant, after, limit) =>
      reader.of(tenant, (connection) => loadAgentsAfter(connection, tenant, after, limit)),
    tenantsAfter: (after, limit) => reader.read((connection) => loadTenantsAfter(connection, after, limit)),
  };
}

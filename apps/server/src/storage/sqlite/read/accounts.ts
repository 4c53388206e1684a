import type { Account, AccountLine } from '../../../domain/account.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { AccountsFilter } from '../../../reads/books.ts';
import { accountLines, accounts } from '../../tables/accounts.ts';
import { integer, text } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

/** An account with the number that refers to it in this file. */
export interface NumberedAccount {
  readonly number: number;
  readonly account: Account;
}

const columns = `account, ${selectList(accounts)}`;
const parseTotals = parserOf(accounts);
const lineColumns = `l.account, ${selectList(accountLines, 'l')}`;
const parseLine = parserOf(accountLines);

const loadAccountSql = `SELECT ${columns} FROM accounts WHERE tenant = ? AND agent = ? AND service_id = ?`;
const loadAccountsOfSql = `SELECT ${columns} FROM accounts WHERE tenant = ? AND agent = ? AND service_id > ?
       ORDER BY service_id LIMIT ?`;
const loadAccountsAfterSql = `SELECT ${columns} FROM accounts WHERE tenant = ? AND account > ? ORDER BY account LIMIT ?`;
// From name to name by the index: `DISTINCT` would read all accounts of each.
export const loadTenantsAfterSql = `WITH RECURSIVE found (tenant) AS (
    SELECT min(tenant) FROM accounts WHERE tenant > ?1
    UNION ALL SELECT (SELECT min(a.tenant) FROM accounts AS a WHERE a.tenant > f.tenant) FROM found AS f
      WHERE f.tenant IS NOT NULL LIMIT ?2)
  SELECT tenant FROM found WHERE tenant IS NOT NULL`;
export const loadAgentsAfterSql = `WITH RECURSIVE found (agent) AS (
    SELECT min(agent) FROM accounts WHERE tenant = ?1 AND agent > ?2
    UNION ALL SELECT (SELECT min(a.agent) FROM accounts AS a WHERE a.tenant = ?1 AND a.agent > f.agent) FROM found AS f
      WHERE f.agent IS NOT NULL LIMIT ?3)
  SELECT agent FROM found WHERE agent IS NOT NULL`;
const loadUnsettledAgentsSql =
  'SELECT agent FROM accounts WHERE tenant = ? AND service_id = ? AND unsettled = 1 LIMIT ?';
const isUsedSql = 'SELECT 1 AS found FROM accounts WHERE tenant = ? AND service_id = ? LIMIT 1';
const loadAccountsOfServiceSql = `SELECT ${columns} FROM accounts WHERE tenant = ? AND service_id = ? AND account > ?
           ORDER BY account LIMIT ?`;
const countAccountsOfSql =
  'SELECT count(*) AS count FROM (SELECT 1 FROM accounts WHERE tenant = ? AND agent = ? LIMIT ?)';
const loadLinesOfSql = `SELECT ${lineColumns}
       FROM accounts AS a CROSS JOIN account_lines AS l USING (account) WHERE a.tenant = ? AND a.agent = ?
       ORDER BY l.account, l.price_version`;
const loadLinesAfterSql = `SELECT ${lineColumns}
       FROM accounts AS a CROSS JOIN account_lines AS l USING (account)
       WHERE a.tenant = ? AND a.account > ? AND a.account <= ? ORDER BY l.account, l.price_version`;
const loadLinesOfServiceSql = `SELECT ${lineColumns}
       FROM accounts AS a CROSS JOIN account_lines AS l USING (account)
       WHERE a.tenant = ? AND a.service_id = ? AND a.account > ? AND a.account <= ? ORDER BY l.account, l.price_version`;
const loadLinesSql = `SELECT ${selectList(accountLines)} FROM account_lines
       WHERE account = ? ORDER BY price_version`;

export function loadAccount(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
  serviceId: string,
): NumberedAccount | undefined {
  const row = connection.get(loadAccountSql, tenant, agent, serviceId);
  return row && accountOf(connection, row);
}

/** Accounts of an agent after a service, in the order of their services; '' is the beginning. */
function loadAccountsOf(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
  after: string,
  limit: number,
): NumberedAccount[] {
  return connection
    .all(loadAccountsOfSql, tenant, agent, after, limit)
    .map((row) => accountOf(connection, row));
}

/** How many accounts an agent has, counted up to a limit. */
export function countAccountsOf(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
  limit: number,
): number {
  const row = connection.get(countAccountsOfSql, tenant, agent, limit);
  return row === undefined ? 0 : integer(row, 'count');
}

/** All accounts of an agent with their lines, in two statements: one for each account would take several times as long. */
export function loadAllAccountsOf(
  connection: SqliteConnection,
  tenant: string,
  agent: string,
): NumberedAccount[] {
  const lines = linesByAccount(connection.all(loadLinesOfSql, tenant, agent));
  return withLines(connection.all(loadAccountsOfSql, tenant, agent, '', -1), lines);
}

/** Tenants that have accounts, after a name, in the order of their names. */
export function loadTenantsAfter(connection: SqliteConnection, after: string, limit: number): string[] {
  return connection.all(loadTenantsAfterSql, after, limit).map((row) => text(row, 'tenant'));
}

/** Agents that have accounts, after a name, in the order of their names. */
function loadAgentsAfter(
  connection: SqliteConnection,
  tenant: string,
  after: string,
  limit: number,
): string[] {
  return connection.all(loadAgentsAfterSql, tenant, after, limit).map((row) => text(row, 'agent'));
}

/** Agents with something unsettled on a service, at most `limit` of them. */
export function loadUnsettledAgents(
  connection: SqliteConnection,
  tenant: string,
  serviceId: string,
  limit: number,
): ReadonlySet<string> {
  const rows = connection.all(loadUnsettledAgentsSql, tenant, serviceId, limit);
  return new Set(rows.map((row) => text(row, 'agent')));
}

/** Whether something was ever recorded of a service. */
export function isServiceUsed(connection: SqliteConnection, tenant: string, serviceId: string): boolean {
  return connection.get(isUsedSql, tenant, serviceId) !== undefined;
}

/** Accounts after a number, in the order of their numbers. */
export function loadAccountsAfter(
  connection: SqliteConnection,
  filter: AccountsFilter,
  after: number,
  limit: number,
): NumberedAccount[] {
  const { tenant, serviceId } = filter;
  const ofService = serviceId === undefined ? [] : [serviceId];
  const sql = serviceId === undefined ? loadAccountsAfterSql : loadAccountsOfServiceSql;
  const rows = connection.all(sql, tenant, ...ofService, after, limit);
  const last = rows.at(-1);
  if (last === undefined) return [];
  const linesSql = serviceId === undefined ? loadLinesAfterSql : loadLinesOfServiceSql;
  const lines = connection.all(linesSql, tenant, ...ofService, after, integer(last, 'account'));
  return withLines(rows, linesByAccount(lines));
}

function linesByAccount(rows: readonly SqliteRow[]): ReadonlyMap<number, readonly AccountLine[]> {
  const lines = new Map<number, AccountLine[]>();
  for (const row of rows) {
    const account = integer(row, 'account');
    const known = lines.get(account);
    if (known === undefined) lines.set(account, [parseLine(row)]);
    else known.push(parseLine(row));
  }
  return lines;
}

function withLines(
  rows: readonly SqliteRow[],
  lines: ReadonlyMap<number, readonly AccountLine[]>,
): NumberedAccount[] {
  return rows.map((row) => parseAccount(row, lines.get(integer(row, 'account')) ?? []));
}

function accountOf(connection: SqliteConnection, row: SqliteRow): NumberedAccount {
  return parseAccount(row, connection.all(loadLinesSql, integer(row, 'account')).map(parseLine));
}

function parseAccount(row: SqliteRow, lines: readonly AccountLine[]): NumberedAccount {
  return { number: integer(row, 'account'), account: parseTotals(row, { lines }) };
}

export function accountReads(
  read: Read,
): Pick<AccountReads, 'account' | 'accountsOf' | 'agentsAfter' | 'tenantsAfter'> {
  return {
    account: ({ tenant, agent, serviceId }) =>
      read((connection) => loadAccount(connection, tenant, agent, serviceId)?.account),
    accountsOf: (tenant, agent, after, limit) =>
      read((connection) =>
        loadAccountsOf(connection, tenant, agent, after, limit).map(({ account }) => account),
      ),
    agentsAfter: (tenant, after, limit) =>
      read((connection) => loadAgentsAfter(connection, tenant, after, limit)),
    tenantsAfter: (after, limit) => read((connection) => loadTenantsAfter(connection, after, limit)),
  };
}

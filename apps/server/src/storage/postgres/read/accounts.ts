import { type Account, type AccountLine, isUnsettled } from '../../../domain/account.ts';
import type { AccountKey, AccountsFilter } from '../../../reads/books.ts';
import { big, integer, json, rowsIn, text, texts } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

/** An account with the id that stands for it in the rows of its entries. */
export interface IdentifiedAccount {
  readonly tenant: string;
  readonly account: string;
  readonly totals: Account;
}

/** Of `accounts AS a`, with its lines: one statement sees both as they were at one moment. */
export const accountColumns = `a.tenant, a.account, a.agent, a.service_id, a.sequence, a.settled_through, a.cleared_through,
  a.settlements, a.recorded_requests, a.reversed_requests, a.settled_requests, a.settled_stroops, a.carried_stroops,
  (SELECT json_agg(json_build_object('price_version', l.price_version, 'price_stroops', l.price_stroops,
       'recorded_requests', l.recorded_requests, 'reversed_requests', l.reversed_requests,
       'settled_requests', l.settled_requests) ORDER BY l.price_version)
     FROM account_lines AS l WHERE l.tenant = a.tenant AND l.account = a.account) AS lines`;

// All accounts of a batch are created and locked by one statement, in one order: no two batches wait for each other.
// It reads nothing: what is read in the statement that waits for a lock is older than what the lock was waited for.
const lockAccountsSql = `INSERT INTO accounts (tenant, account, agent, service_id)
  SELECT tenant, account, agent, service_id
  FROM json_to_recordset($1) AS w (n integer, tenant text, account uuid, agent text, service_id text) ORDER BY n
  ON CONFLICT (tenant, agent, service_id) DO UPDATE SET sequence = accounts.sequence WHERE false`;
const loadAccountsSql = `SELECT ${accountColumns}
  FROM json_to_recordset($1) AS w (tenant text, agent text, service_id text)
  CROSS JOIN LATERAL (SELECT * FROM accounts AS b
    WHERE b.tenant = w.tenant AND b.agent = w.agent AND b.service_id = w.service_id LIMIT 1) AS a`;
const loadAccountSql = `SELECT ${accountColumns} FROM accounts AS a WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3`;
const loadAccountsOfSql = `SELECT ${accountColumns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id > $3 ORDER BY a.service_id LIMIT $4`;
// One row, whatever it finds: ten thousand names of an agent that is weighed again would keep the process busy for nothing.
const lookForAccountsSql = `SELECT count(*) AS count, CASE WHEN count(*) <= $4 THEN json_agg(service_id) END AS services
  FROM (SELECT service_id FROM accounts WHERE tenant = $1 AND agent = $2 LIMIT $3) AS a`;
const loadAccountsAfterSql = `SELECT ${accountColumns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.account > $2 ORDER BY a.account LIMIT $3`;
const loadAccountsOfServiceSql = `SELECT ${accountColumns} FROM accounts AS a
  WHERE a.tenant = $1 AND a.service_id = $2 AND a.account > $3 ORDER BY a.account LIMIT $4`;
// From name to name by the index: `DISTINCT` would read all accounts of each.
const loadTenantsAfterSql = `WITH RECURSIVE found AS (
    (SELECT tenant FROM accounts WHERE tenant > $1 ORDER BY tenant LIMIT 1)
    UNION ALL SELECT n.tenant FROM found AS f CROSS JOIN LATERAL
      (SELECT a.tenant FROM accounts AS a WHERE a.tenant > f.tenant ORDER BY a.tenant LIMIT 1) AS n)
  SELECT tenant FROM found LIMIT $2`;
export const loadAgentsAfterSql = `WITH RECURSIVE found AS (
    (SELECT agent FROM accounts WHERE tenant = $1 AND agent > $2 ORDER BY agent LIMIT 1)
    UNION ALL SELECT n.agent FROM found AS f CROSS JOIN LATERAL
      (SELECT a.agent FROM accounts AS a WHERE a.tenant = $1 AND a.agent > f.agent ORDER BY a.agent LIMIT 1) AS n)
  SELECT agent FROM found LIMIT $3`;
const loadUnsettledAgentsSql =
  'SELECT agent FROM accounts WHERE tenant = $1 AND service_id = $2 AND unsettled LIMIT $3';
const saveAccountsSql = `UPDATE accounts AS a SET sequence = w.sequence, settled_through = w.settled_through,
    cleared_through = w.cleared_through, settlements = w.settlements, recorded_requests = w.recorded_requests,
    reversed_requests = w.reversed_requests, settled_requests = w.settled_requests,
    settled_stroops = w.settled_stroops, carried_stroops = w.carried_stroops, unsettled = w.unsettled
  FROM json_to_recordset($1) AS w (tenant text, agent text, service_id text, sequence bigint, settled_through bigint,
    cleared_through bigint, settlements bigint, recorded_requests bigint, reversed_requests bigint,
    settled_requests bigint, settled_stroops bigint, carried_stroops bigint, unsettled boolean)
  WHERE a.tenant = w.tenant AND a.agent = w.agent AND a.service_id = w.service_id`;
const saveLinesSql = `INSERT INTO account_lines
    (tenant, account, price_version, price_stroops, recorded_requests, reversed_requests, settled_requests)
  SELECT tenant, account, price_version, price_stroops, recorded_requests, reversed_requests, settled_requests
  FROM json_to_recordset($1) AS w (tenant text, account uuid, price_version integer, price_stroops bigint,
    recorded_requests bigint, reversed_requests bigint, settled_requests bigint)
  ON CONFLICT (tenant, account, price_version) DO UPDATE SET recorded_requests = excluded.recorded_requests,
    reversed_requests = excluded.reversed_requests, settled_requests = excluded.settled_requests`;
const deleteAccountsSql = `DELETE FROM accounts AS a
  USING json_to_recordset($1) AS w (tenant text, agent text, service_id text)
  WHERE a.tenant = w.tenant AND a.agent = w.agent AND a.service_id = w.service_id AND a.sequence = 0`;

/** Creates the accounts that there are not, and locks all of them until the transaction ends. */
export async function lockAccounts(
  connection: Connection,
  wanted: readonly (AccountKey & { readonly newAccount: string })[],
): Promise<void> {
  const rows = wanted.map(({ tenant, agent, serviceId, newAccount }, n) => ({
    n,
    tenant,
    account: newAccount,
    agent,
    service_id: serviceId,
  }));
  await connection.rows(lockAccountsSql, [json(rows)]);
}

export async function loadAccounts(
  connection: Connection,
  wanted: readonly AccountKey[],
): Promise<IdentifiedAccount[]> {
  return (await connection.rows(loadAccountsSql, [json(wanted.map(keyRow))])).map(parseAccount);
}

export async function loadAccount(
  connection: Connection,
  { tenant, agent, serviceId }: AccountKey,
): Promise<IdentifiedAccount | undefined> {
  const [row] = await connection.rows(loadAccountSql, [tenant, agent, serviceId]);
  return row && parseAccount(row);
}

/** Accounts of an agent behind a service, in the order of their services; '' begins. */
export async function loadAccountsOf(
  connection: Connection,
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

/** Looks which accounts an agent has: counts them up to a limit, and names them if there are not more than `namedMax`. */
export async function lookForAccounts(
  connection: Connection,
  { tenant, agent }: { readonly tenant: string; readonly agent: string },
  countMax: number,
  namedMax: number,
): Promise<AccountsLook> {
  const [row] = await connection.rows(lookForAccountsSql, [tenant, agent, countMax, namedMax]);
  if (row === undefined) return { count: 0, services: [] };
  return { count: integer(row, 'count'), services: texts(row, 'services') };
}

/** Tenants that have accounts, behind a name, in the order of their names. */
export async function loadTenantsAfter(
  connection: Connection,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await connection.rows(loadTenantsAfterSql, [after, limit])).map((row) => text(row, 'tenant'));
}

/** Agents that have accounts, behind a name, in the order of their names. */
export async function loadAgentsAfter(
  connection: Connection,
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await connection.rows(loadAgentsAfterSql, [tenant, after, limit])).map((row) => text(row, 'agent'));
}

/** Agents with something unsettled on a service, at most `limit` of them. */
export async function loadUnsettledAgents(
  connection: Connection,
  tenant: string,
  serviceId: string,
  limit: number,
): Promise<ReadonlySet<string>> {
  const rows = await connection.rows(loadUnsettledAgentsSql, [tenant, serviceId, limit]);
  return new Set(rows.map((row) => text(row, 'agent')));
}

/** Accounts behind an id, in the order of their ids. */
export async function loadAccountsAfter(
  connection: Connection,
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

/** Saves accounts as they are now, with those of their lines that changed. */
export async function saveAccounts(
  statements: Statements,
  accounts: readonly IdentifiedAccount[],
  linesBefore: ReadonlySet<AccountLine>,
): Promise<void> {
  if (accounts.length === 0) return;
  const lines = accounts.flatMap(({ tenant, account, totals }) =>
    totals.lines.filter((line) => !linesBefore.has(line)).map((line) => lineRow(tenant, account, line)),
  );
  await Promise.all([
    statements.rows(saveAccountsSql, [json(accounts.map(totalsRow))]),
    ...(lines.length === 0 ? [] : [statements.rows(saveLinesSql, [json(lines)])]),
  ]);
}

/** Deletes accounts that were created to be locked, and on which nothing was recorded then. */
export async function deleteUntouched(
  statements: Statements,
  untouched: readonly AccountKey[],
): Promise<void> {
  if (untouched.length > 0) await statements.rows(deleteAccountsSql, [json(untouched.map(keyRow))]);
}

function keyRow({ tenant, agent, serviceId }: AccountKey) {
  return { tenant, agent, service_id: serviceId };
}

function totalsRow({ tenant, totals }: IdentifiedAccount) {
  return {
    tenant,
    agent: totals.agent,
    service_id: totals.serviceId,
    sequence: totals.sequence,
    settled_through: totals.settledThrough,
    cleared_through: totals.clearedThrough,
    settlements: totals.settlements,
    recorded_requests: totals.recordedRequests,
    reversed_requests: totals.reversedRequests,
    settled_requests: totals.settledRequests,
    settled_stroops: totals.settledStroops,
    carried_stroops: totals.carriedStroops,
    unsettled: isUnsettled(totals),
  };
}

function lineRow(tenant: string, account: string, line: AccountLine) {
  return {
    tenant,
    account,
    price_version: line.priceVersion,
    price_stroops: line.priceStroops ?? null,
    recorded_requests: line.recordedRequests,
    reversed_requests: line.reversedRequests,
    settled_requests: line.settledRequests,
  };
}

export function parseAccount(row: Row): IdentifiedAccount {
  return {
    tenant: text(row, 'tenant'),
    account: text(row, 'account'),
    totals: {
      agent: text(row, 'agent'),
      serviceId: text(row, 'service_id'),
      sequence: integer(row, 'sequence'),
      settledThrough: integer(row, 'settled_through'),
      clearedThrough: integer(row, 'cleared_through'),
      settlements: integer(row, 'settlements'),
      recordedRequests: integer(row, 'recorded_requests'),
      reversedRequests: integer(row, 'reversed_requests'),
      settledRequests: integer(row, 'settled_requests'),
      settledStroops: big(row, 'settled_stroops'),
      carriedStroops: big(row, 'carried_stroops'),
      lines: rowsIn(row, 'lines').map(parseLine),
    },
  };
}

/** A price and a count of requests are below 2^53, so that JSON carries them exactly. */
function parseLine(line: Row): AccountLine {
  return {
    priceVersion: integer(line, 'price_version'),
    priceStroops: line['price_stroops'] === null ? undefined : big(line, 'price_stroops'),
    recordedRequests: integer(line, 'recorded_requests'),
    reversedRequests: integer(line, 'reversed_requests'),
    settledRequests: integer(line, 'settled_requests'),
  };
}

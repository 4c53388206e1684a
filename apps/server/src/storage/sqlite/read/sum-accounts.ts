import { creditOf } from '../../../domain/credit.ts';
import { amountOfStroop } from '../../../domain/money.ts';
import { quoteOf } from '../../../domain/quote.ts';
import type { Service } from '../../../domain/service.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { ServiceReads } from '../../../reads/books/services.ts';
import type { AccountsFilter, CountedNames } from '../../../reads/books.ts';
import type { AccountSums, SummedAccounts } from '../../../reads/summed-accounts.ts';
import { integer, integerOrAbsent, text } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';
import { loadAccount, loadAgentsAfterSql } from './accounts.ts';
import type { Read } from './reader.ts';
import { loadService } from './services.ts';

/**
 * The sum of 64-bit numbers in two parts, of the upper and the lower 32 bits: a sum of SQLite that passes 64 bits is an
 * error, and a product that does is a double.
 */
const summed = (expression: string, name: string) =>
  `sum((${expression}) >> 32) AS ${name}_high, sum((${expression}) & 4294967295) AS ${name}_low`;
const outstanding = 'max(0, a.recorded_requests - a.reversed_requests - a.settled_requests)';
const remaining = 'l.recorded_requests - l.reversed_requests - l.settled_requests';

/** The same statements for all accounts of a tenant, and for those of one of its services; both are named by numbers. */
const sqlFor = (ofService: string) =>
  ({
    range: `SELECT count(*) AS looked, max(account) AS last
      FROM (SELECT account FROM accounts WHERE tenant = ?1${ofService} AND account > ?2 ORDER BY account LIMIT ?3)`,
    sums: `SELECT a.service_id, count(*) AS accounts, sum(a.settlements) AS settlements,
        count(*) FILTER (WHERE ${outstanding} > 0) AS owing, count(*) FILTER (WHERE a.carried_stroops < 0) AS carrying,
        ${summed('a.recorded_requests', 'recorded')}, ${summed('a.reversed_requests', 'reversed')},
        ${summed('a.settled_requests', 'settled')}, ${summed(outstanding, 'outstanding')},
        ${summed('a.settled_stroops', 'billed')}, ${summed('a.carried_stroops', 'carried')}
      FROM accounts AS a WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 GROUP BY a.service_id`,
    lines: `SELECT a.service_id, l.price_stroops, min(${remaining}) AS least, ${summed(remaining, 'remaining')}
      FROM accounts AS a CROSS JOIN account_lines AS l USING (account)
      WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 GROUP BY a.service_id, l.price_stroops`,
    /** those of which more was reversed than used since they were settled, or that carry a credit */
    inCredit: `SELECT a.agent, a.service_id FROM accounts AS a
      WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 AND a.unsettled = 1 AND (a.carried_stroops < 0
        OR a.paid <> a.settled_paid OR EXISTS (SELECT 1 FROM account_lines AS l WHERE l.account = a.account AND ${remaining} < 0))`,
    /** those of which something was drawn from a balance that is on no bill yet */
    paid: `SELECT a.service_id, a.paid, a.settled_paid FROM accounts AS a
      WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 AND a.unsettled = 1
        AND a.paid <> a.settled_paid`,
  }) as const;
const sqlOfTenant = sqlFor('');
const sqlOfService = sqlFor(' AND service_id = ?4');
const countAgentsSql = `SELECT count(*) AS counted, max(agent) AS last FROM (${loadAgentsAfterSql})`;
const countServicesSql = `SELECT count(*) AS looked, count(*) FILTER (WHERE deleted = 0) AS counted, max(service_id) AS last
  FROM (SELECT service_id, deleted FROM services WHERE tenant = ? AND service_id > ? ORDER BY service_id LIMIT ?)`;

/** Sums the next accounts by service. Amounts are sums of requests times a price, so that only credits are looked at one by one. */
function sumAccounts(
  connection: Connection,
  { tenant, serviceId }: AccountsFilter,
  after: string,
  limit: number,
): SummedAccounts {
  const sql = serviceId === undefined ? sqlOfTenant : sqlOfService;
  const service = serviceId === undefined ? [] : [serviceId];
  const range = connection.get(sql.range, tenant, Number(after), limit, ...service);
  if (range === undefined || range['last'] === null) return { sums: [], next: undefined };
  const last = integer(range, 'last');
  const rows = (text: string) => connection.all(text, tenant, Number(after), last, ...service);
  const sums = rows(sql.sums);
  const lines = rows(sql.lines);
  const paid = paidByService(rows(sql.paid));
  const mayBeInCredit =
    paid.size > 0 ||
    sums.some((row) => integer(row, 'carrying') > 0) ||
    lines.some((row) => integer(row, 'least') < 0);
  const services = new Map(
    sums.map((row) => {
      const id = text(row, 'service_id');
      return [id, loadService(connection, tenant, id)] as const;
    }),
  );
  const credits = new Map<string, bigint>();
  for (const row of mayBeInCredit ? rows(sql.inCredit) : []) {
    const credit = creditOn(connection, tenant, row, services);
    const id = text(row, 'service_id');
    credits.set(id, (credits.get(id) ?? 0n) + credit);
  }
  const linesOf = Map.groupBy(lines, (row) => text(row, 'service_id'));
  return {
    sums: sums.map((row) => {
      const id = text(row, 'service_id');
      const credit = credits.get(id) ?? 0n;
      return sumsOf(row, linesOf.get(id) ?? [], services.get(id), { credit, paid: paid.get(id) ?? 0n });
    }),
    next: integer(range, 'looked') < limit ? undefined : String(last),
  };
}

/** What was drawn from balances and is on no bill yet, in stroops, by service. */
function paidByService(rows: readonly Row[]): ReadonlyMap<string, bigint> {
  const paid = new Map<string, bigint>();
  for (const row of rows) {
    const id = text(row, 'service_id');
    const amount = BigInt(text(row, 'paid')) - BigInt(text(row, 'settled_paid'));
    paid.set(id, (paid.get(id) ?? 0n) + amount / amountOfStroop);
  }
  return paid;
}

function sumsOf(
  row: Row,
  lines: readonly Row[],
  service: Service | undefined,
  { credit, paid }: { readonly credit: bigint; readonly paid: bigint },
): AccountSums {
  const { firstPriceStroops } = service ?? { firstPriceStroops: 0n };
  const dueStroops = lines.reduce((sum, line) => {
    const price = integerOrAbsent(line, 'price_stroops');
    return sum + total(line, 'remaining') * (price === undefined ? firstPriceStroops : BigInt(price));
  }, total(row, 'carried') - paid);
  return {
    serviceId: text(row, 'service_id'),
    isPriced: service !== undefined,
    isDisabled: service?.disabled ?? false,
    accounts: BigInt(integer(row, 'accounts')),
    owing: BigInt(integer(row, 'owing')),
    settlements: BigInt(integer(row, 'settlements')),
    recordedRequests: total(row, 'recorded'),
    reversedRequests: total(row, 'reversed'),
    settledRequests: total(row, 'settled'),
    outstandingRequests: total(row, 'outstanding'),
    settledStroops: total(row, 'billed'),
    // What is due on an account in credit is below 0, and bills nothing.
    billedStroops: service === undefined ? 0n : dueStroops + credit,
    creditStroops: credit,
  };
}

function creditOn(
  connection: Connection,
  tenant: string,
  row: Row,
  services: ReadonlyMap<string, Service | undefined>,
): bigint {
  const serviceId = text(row, 'service_id');
  const service = services.get(serviceId);
  const account = loadAccount(connection, tenant, text(row, 'agent'), serviceId)?.account;
  return service === undefined || account === undefined ? 0n : creditOf(quoteOf(account, service));
}

/** The whole of a sum in two parts. */
function total(row: Row, name: string): bigint {
  return (BigInt(integer(row, `${name}_high`)) << 32n) + BigInt(integer(row, `${name}_low`));
}

/** Counts the next agents that have accounts, after a name. */
function countAgents(connection: Connection, tenant: string, after: string, limit: number): CountedNames {
  const row = connection.get(countAgentsSql, tenant, after, limit);
  const counted = row === undefined ? 0 : integer(row, 'counted');
  return { counted, next: row === undefined || counted < limit ? undefined : text(row, 'last') };
}

/** Looks at the next services after an id, and counts those that were not deleted. */
function countServices(connection: Connection, tenant: string, after: string, limit: number): CountedNames {
  const row = connection.get(countServicesSql, tenant, after, limit);
  if (row === undefined) return { counted: 0, next: undefined };
  const next = integer(row, 'looked') < limit ? undefined : text(row, 'last');
  return { counted: integer(row, 'counted'), next };
}

export function sumReads(
  read: Read,
): Pick<AccountReads, 'sumAccounts' | 'countAgents'> & Pick<ServiceReads, 'countServices'> {
  return {
    sumAccounts: (filter, after, limit) =>
      read((connection) => sumAccounts(connection, filter, after, limit)),
    countAgents: (tenant, after, limit) =>
      read((connection) => countAgents(connection, tenant, after, limit)),
    countServices: (tenant, after, limit) =>
      read((connection) => countServices(connection, tenant, after, limit)),
  };
}

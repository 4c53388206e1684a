import { amountOfAtoms, type Price, pricePlaces, tenTo } from '../../../domain/amount.ts';
import { atomsIn, type InAsset, inXlm } from '../../../domain/asset.ts';
import { creditOf } from '../../../domain/credit.ts';
import { costOfRequests } from '../../../domain/money.ts';
import { quoteOf } from '../../../domain/quote.ts';
import type { Service } from '../../../domain/service.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { ServiceReads } from '../../../reads/books/services.ts';
import type { AccountsFilter, CountedNames } from '../../../reads/books.ts';
import type { AccountSums, SummedAccounts } from '../../../reads/summed-accounts.ts';
import { integer, text, textOrAbsent } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { loadAccount, loadAgentsAfterSql } from './accounts.ts';
import type { Read } from './reader.ts';
import { loadService } from './services.ts';

/**
 * The sum of 64-bit numbers in two parts, of the upper and the lower 32 bits: a sum of SQLite that passes 64 bits is an
 * error, and a product that does is a double.
 */
const summed = (expression: string, name: string) =>
  `sum((${expression}) >> 32) AS ${name}_high, sum((${expression}) & 4294967295) AS ${name}_low`;
/** The price of one atom, by the scale of the asset of a service. */
const atomPrice = `CAST('1' || substr('${'0'.repeat(pricePlaces)}', 1, ${pricePlaces} - s.asset_scale) AS INTEGER)`;
const outstanding = 'max(0, a.recorded_requests - a.reversed_requests - a.settled_requests)';
const remaining = 'l.recorded_requests - l.reversed_requests - l.settled_requests';

/** The same statements for all accounts of a tenant, and for those of one of its services; both are named by numbers. */
const sqlFor = (ofService: string) =>
  ({
    range: `SELECT count(*) AS looked, max(account) AS last
      FROM (SELECT account FROM accounts WHERE tenant = ?1${ofService} AND account > ?2 ORDER BY account LIMIT ?3)`,
    sums: `SELECT a.service_id, count(*) AS accounts, sum(a.settlements) AS settlements,
        count(*) FILTER (WHERE ${outstanding} > 0) AS owing, count(*) FILTER (WHERE a.carried_stroops < 0 OR a.paid <> a.settled_paid) AS carrying,
        ${summed('a.recorded_requests', 'recorded')}, ${summed('a.reversed_requests', 'reversed')},
        ${summed('a.settled_requests', 'settled')}, ${summed(outstanding, 'outstanding')},
        ${summed('a.settled_stroops', 'billed')}, ${summed('a.carried_stroops', 'carried')}
      FROM accounts AS a WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 GROUP BY a.service_id`,
    lines: `SELECT a.service_id, a.unit_scale, CAST(l.price AS TEXT) AS price, min(${remaining}) AS least, count(l.tiered) AS tiered, ${summed(remaining, 'remaining')}
      FROM accounts AS a CROSS JOIN account_lines AS l USING (account)
      WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 GROUP BY a.service_id, a.unit_scale, l.price`,
    /** those whose bill is not the sum of their lines: it is rounded, or less than that, or there is a credit */
    uneven: `SELECT a.agent, a.service_id FROM accounts AS a
      WHERE a.tenant = ?1${ofService} AND a.account > ?2 AND a.account <= ?3 AND a.unsettled = 1 AND (a.carried_stroops < 0
        OR a.paid <> a.settled_paid OR EXISTS (SELECT 1 FROM account_lines AS l WHERE l.account = a.account AND (${remaining} < 0
          OR l.tiered IS NOT NULL OR ${remaining} > 0 AND (a.unit_scale > 0 OR (SELECT coalesce(l.price, s.first_price) % ${atomPrice} <> 0 FROM services AS s
            WHERE s.tenant = a.tenant AND s.service_id = a.service_id)))))`,
  }) as const;
const sqlOfTenant = sqlFor('');
const sqlOfService = sqlFor(' AND service_id = ?4');
const countAgentsSql = `SELECT count(*) AS counted, max(agent) AS last FROM (${loadAgentsAfterSql})`;
const countServicesSql = `SELECT count(*) AS looked, count(*) FILTER (WHERE deleted = 0) AS counted, max(service_id) AS last
  FROM (SELECT service_id, deleted FROM services WHERE tenant = ? AND service_id > ? ORDER BY service_id LIMIT ?)`;

/** Sums the next accounts by service. Amounts are sums of requests times a price, so that only uneven bills are looked at one by one. */
function sumAccounts(
  connection: SqliteConnection,
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
  const services = new Map(
    sums.map((row) => {
      const id = text(row, 'service_id');
      return [id, loadService(connection, tenant, id)] as const;
    }),
  );
  const mayBeUneven =
    sums.some((row) => integer(row, 'carrying') > 0) ||
    lines.some(
      (row) =>
        integer(row, 'least') < 0 ||
        integer(row, 'tiered') > 0 ||
        integer(row, 'unit_scale') > 0 ||
        !isWholeAtoms(priceOf(row, services), services.get(text(row, 'service_id'))),
    );
  const uneven = new Map<string, Uneven>();
  for (const row of mayBeUneven ? rows(sql.uneven) : []) {
    const id = text(row, 'service_id');
    uneven.set(id, addUneven(connection, tenant, row, services.get(id), uneven.get(id) ?? noneUneven));
  }
  const linesOf = Map.groupBy(lines, (row) => text(row, 'service_id'));
  return {
    sums: sums.map((row) => {
      const id = text(row, 'service_id');
      const cost = (linesOf.get(id) ?? []).reduce(
        (sum, line) =>
          sum +
          costOfRequests(1, priceOf(line, services), { unitScale: integer(line, 'unit_scale') }) *
            total(line, 'remaining'),
        amountOfAtoms(total(row, 'carried'), (services.get(id) ?? inXlm).assetScale),
      );
      return sumsOf(row, cost, services.get(id), uneven.get(id) ?? noneUneven);
    }),
    next: integer(range, 'looked') < limit ? undefined : String(last),
  };
}

type Services = ReadonlyMap<string, Service | undefined>;

/** Usage from before the first price costs the first price. */
function priceOf(line: SqliteRow, services: Services): Price {
  const price = textOrAbsent(line, 'price');
  return price === undefined ? (services.get(text(line, 'service_id'))?.firstPrice ?? 0n) : BigInt(price);
}

/** Whether whole units at a price are whole atoms of its asset. */
function isWholeAtoms(price: Price, { assetScale }: InAsset = inXlm): boolean {
  return price % tenTo(pricePlaces - assetScale) === 0n;
}

/** The bills and credits of uneven accounts, and the amounts that were counted for their lines and credits. */
interface Uneven {
  readonly counted: bigint;
  readonly billed: bigint;
  readonly credit: bigint;
}

const noneUneven: Uneven = { counted: 0n, billed: 0n, credit: 0n };

function addUneven(
  connection: SqliteConnection,
  tenant: string,
  row: SqliteRow,
  service: Service | undefined,
  before: Uneven,
): Uneven {
  const account = loadAccount(connection, tenant, text(row, 'agent'), text(row, 'service_id'))?.account;
  if (service === undefined || account === undefined) return before;
  const quote = quoteOf(account, service);
  const carried = amountOfAtoms(quote.carriedStroops, quote.assetScale);
  return {
    // The lines of tiers have no price, so they were counted as 0.
    counted: quote.lines.reduce(
      (sum, { amount, tiered }) => (tiered === undefined ? sum + amount : sum),
      before.counted + carried,
    ),
    billed: before.billed + quote.billedStroops,
    credit: before.credit + creditOf(quote),
  };
}

/** @param cost of all lines, less the carried credits, exactly */
function sumsOf(row: SqliteRow, cost: bigint, service: Service | undefined, uneven: Uneven): AccountSums {
  const { asset, assetScale } = service ?? inXlm;
  return {
    asset,
    assetScale,
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
    billedStroops: service === undefined ? 0n : atomsIn(cost - uneven.counted, assetScale) + uneven.billed,
    creditStroops: uneven.credit,
  };
}

/** The whole of a sum in two parts. */
function total(row: SqliteRow, name: string): bigint {
  return (BigInt(integer(row, `${name}_high`)) << 32n) + BigInt(integer(row, `${name}_low`));
}

/** Counts the next agents that have accounts, after a name. */
function countAgents(
  connection: SqliteConnection,
  tenant: string,
  after: string,
  limit: number,
): CountedNames {
  const row = connection.get(countAgentsSql, tenant, after, limit);
  const counted = row === undefined ? 0 : integer(row, 'counted');
  return { counted, next: row === undefined || counted < limit ? undefined : text(row, 'last') };
}

/** Looks at the next services after an id, and counts those that were not deleted. */
function countServices(
  connection: SqliteConnection,
  tenant: string,
  after: string,
  limit: number,
): CountedNames {
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

import { amountPlaces } from '../../../domain/amount.ts';
import { inXlm } from '../../../domain/asset.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { ServiceReads } from '../../../reads/books/services.ts';
import type { AccountsFilter, CountedNames } from '../../../reads/books.ts';
import type { AccountSums, SummedAccounts } from '../../../reads/summed-accounts.ts';
import { big, flag, integer, text } from '../columns.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import { loadAgentsAfterSql } from './accounts.ts';
import type { Reader } from './reader.ts';

/** The asset of a service that is not registered. */
const unregistered = { asset: `'${inXlm.asset}'`, scale: inXlm.assetScale };
/** The atom of the asset of a service, as an exact amount. */
const atom = `('1' || repeat('0', ${amountPlaces} - coalesce(s.asset_scale, ${unregistered.scale})))::numeric`;

/**
 * Sums of the next accounts, by service. One statement, and so one snapshot. Sums and products are numeric: they may have more than 64
 * bits. What is due on an account is exact, and then rounded down to atoms as its bill would be.
 */
const sumSql = (ofService: string) => `WITH page AS MATERIALIZED (SELECT * FROM accounts
    WHERE tenant = $1 AND account > $2${ofService} ORDER BY account LIMIT $3),
  exacts AS (SELECT p.*, s.service_id IS NOT NULL AS is_priced, coalesce(s.disabled, false) AS is_disabled, coalesce(s.asset, ${unregistered.asset}) AS asset,
      coalesce(s.asset_scale, ${unregistered.scale}) AS asset_scale, ${atom} AS atom,
      greatest(p.recorded_requests - p.reversed_requests - p.settled_requests, 0) AS outstanding,
      p.carried_stroops * ${atom} + p.remainder - p.paid::numeric + p.settled_paid::numeric
        + coalesce((SELECT sum((l.recorded_requests - l.reversed_requests - l.settled_requests)::numeric
          * coalesce(l.price, s.first_price)) * ('1' || repeat('0', 6 - p.unit_scale))::numeric
          + coalesce(sum((l.tiered::json ->> 'due')::numeric), 0)
        FROM account_lines AS l WHERE l.tenant = $1 AND l.account = p.account), 0) AS exact
    FROM page AS p LEFT JOIN services AS s ON s.tenant = $1 AND s.service_id = p.service_id),
  dues AS (SELECT *, div(exact - mod(mod(exact, atom) + atom, atom), atom) AS due FROM exacts)
  SELECT service_id, is_priced, is_disabled, asset, asset_scale, count(*) AS accounts, count(*) FILTER (WHERE outstanding > 0) AS owing,
    sum(settlements) AS settlements, sum(recorded_requests) AS recorded, sum(reversed_requests) AS reversed,
    sum(settled_requests) AS settled, sum(outstanding) AS outstanding, sum(settled_stroops) AS billed_before,
    coalesce(sum(greatest(due, 0)) FILTER (WHERE is_priced), 0) AS billed,
    coalesce(sum(greatest(-due, 0)) FILTER (WHERE is_priced), 0) AS credit,
    (SELECT count(*) FROM page) AS looked, (SELECT account FROM page ORDER BY account DESC LIMIT 1) AS last
  FROM dues GROUP BY service_id, is_priced, is_disabled, asset, asset_scale`;
const sumOfTenantSql = sumSql('');
const sumOfServiceSql = sumSql(' AND service_id = $4');
const countAgentsSql = `SELECT count(*) AS counted, max(agent) AS last FROM (${loadAgentsAfterSql}) AS agents`;
const countServicesSql = `SELECT count(*) AS looked, count(*) FILTER (WHERE NOT deleted) AS counted, max(service_id) AS last
  FROM (SELECT service_id, deleted FROM services WHERE tenant = $1 AND service_id > $2 ORDER BY service_id LIMIT $3) AS s`;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Sums the next accounts by service. */
async function sumAccounts(
  connection: StatementRunner,
  { tenant, serviceId }: AccountsFilter,
  after: string,
  limit: number,
): Promise<SummedAccounts> {
  const from = after === '' ? firstId : after;
  const rows =
    serviceId === undefined
      ? await connection.rows(sumOfTenantSql, [tenant, from, limit])
      : await connection.rows(sumOfServiceSql, [tenant, from, limit, serviceId]);
  const [first] = rows;
  const hasMore = first !== undefined && integer(first, 'looked') === limit;
  return { sums: rows.map(sumsOf), next: hasMore ? text(first, 'last') : undefined };
}

function sumsOf(row: PostgresRow): AccountSums {
  return {
    serviceId: text(row, 'service_id'),
    isPriced: flag(row, 'is_priced'),
    isDisabled: flag(row, 'is_disabled'),
    asset: text(row, 'asset'),
    assetScale: integer(row, 'asset_scale'),
    accounts: big(row, 'accounts'),
    owing: big(row, 'owing'),
    settlements: big(row, 'settlements'),
    recordedRequests: big(row, 'recorded'),
    reversedRequests: big(row, 'reversed'),
    settledRequests: big(row, 'settled'),
    outstandingRequests: big(row, 'outstanding'),
    settledStroops: big(row, 'billed_before'),
    billedStroops: big(row, 'billed'),
    creditStroops: big(row, 'credit'),
  };
}

/** Counts the next agents that have accounts, after a name. */
async function countAgents(
  connection: StatementRunner,
  tenant: string,
  after: string,
  limit: number,
): Promise<CountedNames> {
  const [row] = await connection.rows(countAgentsSql, [tenant, after, limit]);
  const counted = row === undefined ? 0 : integer(row, 'counted');
  return { counted, next: row === undefined || counted < limit ? undefined : text(row, 'last') };
}

/** Looks at the next services after an id, and counts those that were not deleted. */
async function countServices(
  connection: StatementRunner,
  tenant: string,
  after: string,
  limit: number,
): Promise<CountedNames> {
  const [row] = await connection.rows(countServicesSql, [tenant, after, limit]);
  if (row === undefined) return { counted: 0, next: undefined };
  const next = integer(row, 'looked') < limit ? undefined : text(row, 'last');
  return { counted: integer(row, 'counted'), next };
}

export function sumReads(
  reader: Reader,
): Pick<AccountReads, 'sumAccounts' | 'countAgents'> & Pick<ServiceReads, 'countServices'> {
  return {
    sumAccounts: (filter, after, limit) =>
      reader.of(filter.tenant, (connection) => sumAccounts(connection, filter, after, limit)),
    countAgents: (tenant, after, limit) =>
      reader.of(tenant, (connection) => countAgents(connection, tenant, after, limit)),
    countServices: (tenant, after, limit) =>
      reader.of(tenant, (connection) => countServices(connection, tenant, after, limit)),
  };
}

import { type PricesOf, type PriceVersion, pricesOf, type Service } from '../../../domain/service.ts';
import type { ServiceReads } from '../../../reads/books/services.ts';
import { servicePrices, services } from '../../tables/services.ts';
import { json, text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

export const serviceColumns = selectList(services);
const columns = `tenant, ${serviceColumns}`;
export const parseService = parserOf(services);
const parsePrice = parserOf(servicePrices);

/** A service with the tenant that it belongs to. */
export interface OwnedService {
  readonly tenant: string;
  readonly service: Service;
}

const loadServicesSql = ofTenants(
  1,
  (tenant) => `SELECT s.* FROM json_to_recordset($1) AS w (tenant text, service_id text)
  CROSS JOIN LATERAL (SELECT ${columns} FROM services AS b
    WHERE b.tenant = ${tenant} AND b.service_id = w.service_id LIMIT 1) AS s`,
);
const loadServiceSql = `SELECT ${columns} FROM services WHERE tenant = $1 AND service_id = $2`;
const loadServicesAfterSql = `SELECT ${columns} FROM services WHERE tenant = $1 AND service_id > $2
  ORDER BY service_id LIMIT $3`;
const loadPricesSql = `SELECT ${selectList(servicePrices)} FROM service_prices WHERE tenant = $1 AND service_id = $2`;
const loadPricesAfterSql = `SELECT ${selectList(servicePrices)} FROM service_prices
  WHERE tenant = $1 AND service_id = $2 AND price_version > $3 ORDER BY price_version LIMIT $4`;

export async function loadServices(
  connection: StatementRunner,
  wanted: readonly { readonly tenant: string; readonly serviceId: string }[],
): Promise<OwnedService[]> {
  const names = wanted.map(({ tenant, serviceId }) => ({ tenant, service_id: serviceId }));
  const rows = await connection.rows(loadServicesSql, [json(names)]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), service: parseService(row) }));
}

async function loadService(
  connection: StatementRunner,
  tenant: string,
  serviceId: string,
): Promise<Service | undefined> {
  const [row] = await connection.rows(loadServiceSql, [tenant, serviceId]);
  return row && parseService(row);
}

/** Services after an id, in the order of their ids. */
async function loadServicesAfter(
  connection: StatementRunner,
  tenant: string,
  after: string,
  limit: number,
): Promise<Service[]> {
  return (await connection.rows(loadServicesAfterSql, [tenant, after, limit])).map(parseService);
}

/** All prices of a service, by version. */
async function loadPrices(connection: StatementRunner, tenant: string, serviceId: string): Promise<PricesOf> {
  const rows = await connection.rows(loadPricesSql, [tenant, serviceId]);
  return pricesOf(rows.map((row) => parsePrice(row)));
}

/** Prices of a service after a version, in their order. */
async function loadPricesAfter(
  connection: StatementRunner,
  tenant: string,
  serviceId: string,
  after: number,
  limit: number,
): Promise<PriceVersion[]> {
  const rows = await connection.rows(loadPricesAfterSql, [tenant, serviceId, after, limit]);
  return rows.map(parsePrice);
}

export function serviceReads(reader: Reader): Omit<ServiceReads, 'countServices'> {
  return {
    service: (tenant, serviceId) =>
      reader.of(tenant, (connection) => loadService(connection, tenant, serviceId)),
    servicesAfter: (tenant, after, limit) =>
      reader.of(tenant, (connection) => loadServicesAfter(connection, tenant, after, limit)),
    prices: (tenant, serviceId) =>
      reader.of(tenant, (connection) => loadPrices(connection, tenant, serviceId)),
    pricesAfter: (tenant, serviceId, after, limit) =>
      reader.of(tenant, (connection) => loadPricesAfter(connection, tenant, serviceId, after, limit)),
  };
}

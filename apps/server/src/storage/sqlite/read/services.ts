import { type PricesOf, type PriceVersion, pricesOf, type Service } from '../../../domain/service.ts';
import type { ServiceReads } from '../../../reads/books/services.ts';
import { servicePrices, services } from '../../tables/services.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(services);
const parseService = parserOf(services);
const parsePrice = parserOf(servicePrices);

const loadServiceSql = `SELECT ${columns} FROM services WHERE tenant = ? AND service_id = ?`;
const loadServicesOfSql = `SELECT ${selectList(services, 's')} FROM accounts AS a
     CROSS JOIN services AS s USING (tenant, service_id) WHERE a.tenant = ? AND a.agent = ?`;
const loadServicesAfterSql = `SELECT ${columns} FROM services WHERE tenant = ? AND service_id > ? ORDER BY service_id LIMIT ?`;
const loadPricesSql = `SELECT ${selectList(servicePrices)} FROM service_prices WHERE tenant = ? AND service_id = ?`;
const loadPricesAfterSql = `SELECT ${selectList(servicePrices)} FROM service_prices
     WHERE tenant = ? AND service_id = ? AND price_version > ? ORDER BY price_version LIMIT ?`;

export function loadService(
  connection: SqliteConnection,
  tenant: string,
  serviceId: string,
): Service | undefined {
  const row = connection.get(loadServiceSql, tenant, serviceId);
  return row && parseService(row);
}

/** The services of all accounts of an agent. */
export function loadServicesOf(connection: SqliteConnection, tenant: string, agent: string): Service[] {
  return connection.all(loadServicesOfSql, tenant, agent).map(parseService);
}

/** Services after an id, in the order of their ids. */
function loadServicesAfter(
  connection: SqliteConnection,
  tenant: string,
  after: string,
  limit: number,
): Service[] {
  return connection.all(loadServicesAfterSql, tenant, after, limit).map(parseService);
}

/** All prices of a service, by version. */
function loadPrices(connection: SqliteConnection, tenant: string, serviceId: string): PricesOf {
  return pricesOf(connection.all(loadPricesSql, tenant, serviceId).map((row) => parsePrice(row)));
}

/** Prices of a service after a version, in their order. */
function loadPricesAfter(
  connection: SqliteConnection,
  tenant: string,
  serviceId: string,
  after: number,
  limit: number,
): PriceVersion[] {
  return connection.all(loadPricesAfterSql, tenant, serviceId, after, limit).map(parsePrice);
}

export function serviceReads(read: Read): Omit<ServiceReads, 'countServices'> {
  return {
    service: (tenant, serviceId) => read((connection) => loadService(connection, tenant, serviceId)),
    servicesAfter: (tenant, after, limit) =>
      read((connection) => loadServicesAfter(connection, tenant, after, limit)),
    prices: (tenant, serviceId) => read((connection) => loadPrices(connection, tenant, serviceId)),
    pricesAfter: (tenant, serviceId, after, limit) =>
      read((connection) => loadPricesAfter(connection, tenant, serviceId, after, limit)),
  };
}

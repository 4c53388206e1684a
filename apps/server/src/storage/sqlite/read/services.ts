import type { PriceVersion, Service } from '../../../domain/service.ts';
import { integer, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns =
  'service_id, price_version, price_stroops, first_price_stroops, disabled, description, owner, deleted';

const loadServiceSql = `SELECT ${columns} FROM services WHERE tenant = ? AND service_id = ?`;
const loadServicesOfSql = `SELECT ${columns
  .split(', ')
  .map((column) => `s.${column}`)
  .join(
    ', ',
  )} FROM accounts AS a CROSS JOIN services AS s USING (tenant, service_id) WHERE a.tenant = ? AND a.agent = ?`;
const loadServicesAfterSql = `SELECT ${columns} FROM services WHERE tenant = ? AND service_id > ? ORDER BY service_id LIMIT ?`;
const loadPricesSql =
  'SELECT price_version, price_stroops FROM service_prices WHERE tenant = ? AND service_id = ?';
const loadPricesAfterSql = `SELECT service_id, price_version, price_stroops, set_at_ms FROM service_prices
     WHERE tenant = ? AND service_id = ? AND price_version > ? ORDER BY price_version LIMIT ?`;
const saveServiceSql = `INSERT INTO services (tenant, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, service_id) DO UPDATE SET price_version = excluded.price_version,
       price_stroops = excluded.price_stroops, disabled = excluded.disabled,
       description = excluded.description, owner = excluded.owner, deleted = excluded.deleted`;
const savePriceSql = `INSERT INTO service_prices (tenant, service_id, price_version, price_stroops, set_at_ms)
     VALUES (?, ?, ?, ?, ?)`;

export function loadService(connection: Connection, tenant: string, serviceId: string): Service | undefined {
  const row = connection.get(loadServiceSql, tenant, serviceId);
  return row && parseService(row);
}

/** The services of all accounts of an agent. */
export function loadServicesOf(connection: Connection, tenant: string, agent: string): Service[] {
  return connection.all(loadServicesOfSql, tenant, agent).map(parseService);
}

/** Services behind an id, in the order of their ids. */
export function loadServicesAfter(
  connection: Connection,
  tenant: string,
  after: string,
  limit: number,
): Service[] {
  return connection.all(loadServicesAfterSql, tenant, after, limit).map(parseService);
}

/** All prices of a service, by version. */
export function loadPrices(connection: Connection, tenant: string, serviceId: string): Map<number, bigint> {
  const rows = connection.all(loadPricesSql, tenant, serviceId);
  return new Map(rows.map((row) => [integer(row, 'price_version'), BigInt(integer(row, 'price_stroops'))]));
}

/** Prices of a service behind a version, in their order. */
export function loadPricesAfter(
  connection: Connection,
  tenant: string,
  serviceId: string,
  after: number,
  limit: number,
): PriceVersion[] {
  return connection.all(loadPricesAfterSql, tenant, serviceId, after, limit).map((row) => ({
    serviceId: text(row, 'service_id'),
    version: integer(row, 'price_version'),
    priceStroops: BigInt(integer(row, 'price_stroops')),
    setAtMs: integer(row, 'set_at_ms'),
  }));
}

export function saveService(connection: Connection, tenant: string, service: Service): void {
  connection.run(
    saveServiceSql,
    tenant,
    service.serviceId,
    service.priceVersion,
    service.priceStroops,
    service.firstPriceStroops,
    service.disabled ? 1 : 0,
    service.description ?? null,
    service.owner ?? null,
    service.deleted ? 1 : 0,
  );
}

export function savePrice(connection: Connection, tenant: string, price: PriceVersion): void {
  connection.run(savePriceSql, tenant, price.serviceId, price.version, price.priceStroops, price.setAtMs);
}

function parseService(row: Row): Service {
  return {
    serviceId: text(row, 'service_id'),
    priceVersion: integer(row, 'price_version'),
    priceStroops: BigInt(integer(row, 'price_stroops')),
    firstPriceStroops: BigInt(integer(row, 'first_price_stroops')),
    disabled: integer(row, 'disabled') === 1,
    description: textOrAbsent(row, 'description'),
    owner: textOrAbsent(row, 'owner'),
    deleted: integer(row, 'deleted') === 1,
  };
}

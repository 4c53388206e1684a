import type { PriceVersion, Service } from '../../../domain/service.ts';
import { big, flag, integer, json, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

/** Of a service, besides its name. */
export const serviceColumns =
  'price_version, price_stroops, first_price_stroops, disabled, description, owner, deleted';
const columns = `tenant, service_id, ${serviceColumns}`;

/** A service with the tenant that it belongs to. */
export interface OwnedService {
  readonly tenant: string;
  readonly service: Service;
}

const loadServicesSql = `SELECT s.* FROM json_to_recordset($1) AS w (tenant text, service_id text)
  CROSS JOIN LATERAL (SELECT ${columns} FROM services AS b
    WHERE b.tenant = w.tenant AND b.service_id = w.service_id LIMIT 1) AS s`;
const loadServiceSql = `SELECT ${columns} FROM services WHERE tenant = $1 AND service_id = $2`;
const loadServicesAfterSql = `SELECT ${columns} FROM services WHERE tenant = $1 AND service_id > $2
  ORDER BY service_id LIMIT $3`;
const loadPricesSql =
  'SELECT price_version, price_stroops FROM service_prices WHERE tenant = $1 AND service_id = $2';
const loadPricesAfterSql = `SELECT service_id, price_version, price_stroops, set_at_ms FROM service_prices
  WHERE tenant = $1 AND service_id = $2 AND price_version > $3 ORDER BY price_version LIMIT $4`;
const saveServicesSql = `INSERT INTO services (${columns}) SELECT ${columns}
  FROM json_to_recordset($1) AS w (tenant text, service_id text, price_version integer, price_stroops bigint,
    first_price_stroops bigint, disabled boolean, description text, owner text, deleted boolean)
  ORDER BY tenant COLLATE "C", service_id COLLATE "C"
  ON CONFLICT (tenant, service_id) DO UPDATE SET price_version = excluded.price_version,
    price_stroops = excluded.price_stroops, disabled = excluded.disabled, description = excluded.description,
    owner = excluded.owner, deleted = excluded.deleted`;
const savePricesSql = `INSERT INTO service_prices (tenant, service_id, price_version, price_stroops, set_at_ms)
  SELECT tenant, service_id, price_version, price_stroops, set_at_ms FROM json_to_recordset($1) AS w (tenant text,
    service_id text, price_version integer, price_stroops bigint, set_at_ms bigint)`;

export async function loadServices(
  connection: Connection,
  wanted: readonly { readonly tenant: string; readonly serviceId: string }[],
): Promise<OwnedService[]> {
  const names = wanted.map(({ tenant, serviceId }) => ({ tenant, service_id: serviceId }));
  const rows = await connection.rows(loadServicesSql, [json(names)]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), service: parseService(row) }));
}

export async function loadService(
  connection: Connection,
  tenant: string,
  serviceId: string,
): Promise<Service | undefined> {
  const [row] = await connection.rows(loadServiceSql, [tenant, serviceId]);
  return row && parseService(row);
}

/** Services behind an id, in the order of their ids. */
export async function loadServicesAfter(
  connection: Connection,
  tenant: string,
  after: string,
  limit: number,
): Promise<Service[]> {
  return (await connection.rows(loadServicesAfterSql, [tenant, after, limit])).map(parseService);
}

/** All prices of a service, by version. */
export async function loadPrices(
  connection: Connection,
  tenant: string,
  serviceId: string,
): Promise<Map<number, bigint>> {
  const rows = await connection.rows(loadPricesSql, [tenant, serviceId]);
  return new Map(rows.map((row) => [integer(row, 'price_version'), big(row, 'price_stroops')]));
}

/** Prices of a service behind a version, in their order. */
export async function loadPricesAfter(
  connection: Connection,
  tenant: string,
  serviceId: string,
  after: number,
  limit: number,
): Promise<PriceVersion[]> {
  const rows = await connection.rows(loadPricesAfterSql, [tenant, serviceId, after, limit]);
  return rows.map((row) => ({
    serviceId: text(row, 'service_id'),
    version: integer(row, 'price_version'),
    priceStroops: big(row, 'price_stroops'),
    setAtMs: integer(row, 'set_at_ms'),
  }));
}

export async function saveServices(statements: Statements, services: readonly OwnedService[]): Promise<void> {
  if (services.length === 0) return;
  const rows = services.map(({ tenant, service }) => ({
    tenant,
    service_id: service.serviceId,
    price_version: service.priceVersion,
    price_stroops: service.priceStroops,
    first_price_stroops: service.firstPriceStroops,
    disabled: service.disabled,
    description: service.description ?? null,
    owner: service.owner ?? null,
    deleted: service.deleted,
  }));
  await statements.rows(saveServicesSql, [json(rows)]);
}

export async function savePrices(
  statements: Statements,
  prices: readonly { readonly tenant: string; readonly price: PriceVersion }[],
): Promise<void> {
  if (prices.length === 0) return;
  const rows = prices.map(({ tenant, price }) => ({
    tenant,
    service_id: price.serviceId,
    price_version: price.version,
    price_stroops: price.priceStroops,
    set_at_ms: price.setAtMs,
  }));
  await statements.rows(savePricesSql, [json(rows)]);
}

export function parseService(row: Row): Service {
  return {
    serviceId: text(row, 'service_id'),
    priceVersion: integer(row, 'price_version'),
    priceStroops: big(row, 'price_stroops'),
    firstPriceStroops: big(row, 'first_price_stroops'),
    disabled: flag(row, 'disabled'),
    description: textOrAbsent(row, 'description'),
    owner: textOrAbsent(row, 'owner'),
    deleted: flag(row, 'deleted'),
  };
}

import type { PriceVersion, Service } from '../../../domain/service.ts';
import { servicePrices, services } from '../../tables/services.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, upsertSql, valuesOf } from '../described.ts';

const saveServiceSql = upsertSql(services);
const serviceValues = valuesOf(services);
const savePriceSql = insertSql(servicePrices);
const priceValues = valuesOf(servicePrices);

export function saveService(connection: SqliteConnection, tenant: string, service: Service): void {
  connection.run(saveServiceSql, tenant, ...serviceValues(service));
}

export function savePrice(connection: SqliteConnection, tenant: string, price: PriceVersion): void {
  connection.run(savePriceSql, tenant, ...priceValues(price));
}

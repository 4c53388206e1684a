import type { PriceVersion } from '../../../domain/service.ts';
import { servicePrices, services } from '../../tables/services.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf, upsertSql } from '../described.ts';
import type { OwnedService } from '../read/services.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveServicesSql = upsertSql(services, 'w.tenant COLLATE "C", service_id COLLATE "C"');
const serviceRecord = recordOf(services);
const savePricesSql = insertSql(servicePrices);
const priceRecord = recordOf(servicePrices);

export async function saveServices(
  statements: StatementRunner,
  owned: readonly OwnedService[],
): Promise<void> {
  if (owned.length === 0) return;
  const rows = owned.map(({ tenant, service }) => serviceRecord({ tenant }, service));
  await statements.rows(saveServicesSql, [json(rows)]);
}

export async function savePrices(
  statements: StatementRunner,
  prices: readonly { readonly tenant: string; readonly price: PriceVersion }[],
): Promise<void> {
  if (prices.length === 0) return;
  const rows = prices.map(({ tenant, price }) => priceRecord({ tenant }, price));
  await statements.rows(savePricesSql, [json(rows)]);
}

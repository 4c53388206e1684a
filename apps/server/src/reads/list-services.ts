import { isXlm } from '../domain/asset.ts';
import { serviceAt } from '../domain/dated-price.ts';
import { priceOfStroops } from '../domain/money.ts';
import type { Service } from '../domain/service.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';

/** Which services are wanted. */
export interface ServiceQuery {
  readonly tenant: string;
  readonly prefix?: string;
  readonly q?: string;
  readonly disabled?: 'true' | 'false';
  readonly minPrice?: number;
  readonly maxPrice?: number;
  /** whose prices are shown */
  readonly nowMs: number;
}

const scanRows = 1_000;
const scannedMax = 10_000;

/** A page of services by their ids; it continues after an id. */
export async function listServices(
  books: Books,
  query: ServiceQuery,
  after: string,
  limit: number,
): Promise<Page<Service, string>> {
  const scan: Scan<Service, string> = {
    async read(beyond) {
      const rows = await books.servicesAfter(query.tenant, beyond, scanRows);
      const now = rows.map((service) => serviceAt(service, query.nowMs));
      return { rows: now, isEnd: rows.length < scanRows };
    },
    placeOf: ({ serviceId }) => serviceId,
    isWanted: (service) => matches(service, query),
    scannedMax,
  };
  return await collectPage(scan, after, limit);
}

function matches(service: Service, query: ServiceQuery): boolean {
  if (service.deleted) return false;
  const { prefix, q, disabled, minPrice, maxPrice } = query;
  if (prefix !== undefined && !service.serviceId.startsWith(prefix)) return false;
  if (q !== undefined && !service.serviceId.toLowerCase().includes(q.toLowerCase())) return false;
  if (disabled !== undefined && service.disabled !== (disabled === 'true')) return false;
  // The bounds are in stroops: a price in another asset is neither above nor below them.
  if (!isXlm(service)) return minPrice === undefined && maxPrice === undefined;
  if (minPrice !== undefined && service.price < priceOfStroops(BigInt(minPrice))) return false;
  return maxPrice === undefined || service.price <= priceOfStroops(BigInt(maxPrice));
}

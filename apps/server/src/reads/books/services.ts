import type { PricesOf, PriceVersion, Service } from '../../domain/service.ts';
import type { CountedNames } from './accounts.ts';

/** Reads of services and their prices. */
export interface ServiceReads {
  service(tenant: string, serviceId: string): Promise<Service | undefined>;
  /** services after an id, by their ids; '' begins */
  servicesAfter(tenant: string, after: string, limit: number): Promise<readonly Service[]>;
  /** prices of a service by version */
  prices(tenant: string, serviceId: string): Promise<PricesOf>;
  /** prices of a service after a version, in their order; 0 begins */
  pricesAfter(
    tenant: string,
    serviceId: string,
    after: number,
    limit: number,
  ): Promise<readonly PriceVersion[]>;
  /** looks at the next services after an id, and counts those that were not deleted; '' begins */
  countServices(tenant: string, after: string, limit: number): Promise<CountedNames>;
}

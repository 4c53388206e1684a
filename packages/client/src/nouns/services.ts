import type { Call, CallOptions, Success } from '../call.ts';
import type { ListServicesQuery, PriceList, PricePatch, Service, ServicePut } from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

export function servicesOf(call: Call) {
  return {
    /** Registers a service, or changes its price: at once, or from `effectiveFrom` on. */
    put: (service: ServicePut, options?: CallOptions): Promise<Success<'putService'>> =>
      call('putService', { body: service }, options),
    get: (serviceId: string, options?: CallOptions): Promise<Service> =>
      call('readService', { params: { serviceId } }, options),
    /** All services that match the filters, by their ids. */
    list: (query: ListServicesQuery = {}, options?: CallOptions): AsyncGenerator<Service, void, undefined> =>
      itemsOf(
        query,
        (paged) => call('listServices', { query: paged }, options),
        ({ services }) => services,
      ),
    /** The price versions of a service, oldest first. */
    prices: (
      serviceId: string,
      options?: CallOptions,
    ): AsyncGenerator<PriceList['items'][number], void, undefined> =>
      itemsOf(
        {},
        (query) => call('listPrices', { params: { serviceId }, query }, options),
        ({ items }) => items,
      ),
    /** Sets the price of what is recorded from now on, or from `effectiveFrom` on. */
    setPrice: (serviceId: string, price: PricePatch, options?: CallOptions): Promise<Success<'setPrice'>> =>
      call('setPrice', { params: { serviceId }, body: price }, options),
    /** Cancels the next price of a service before its date. */
    cancelNextPrice: (serviceId: string, options?: CallOptions): Promise<undefined> =>
      call('cancelNextPrice', { params: { serviceId } }, options),
    /** Refuses usage of a service from now on. */
    disable: (serviceId: string, options?: CallOptions): Promise<Success<'disableService'>> =>
      call('disableService', { params: { serviceId } }, options),
    /** Records usage of a service again. */
    enable: (serviceId: string, options?: CallOptions): Promise<Success<'enableService'>> =>
      call('enableService', { params: { serviceId } }, options),
    /** Deletes a service on which nothing is left to settle. Its entries and bills stay. */
    delete: (serviceId: string, options?: CallOptions): Promise<undefined> =>
      call('deleteService', { params: { serviceId } }, options),
  };
}

import {
  type NextPrice,
  priceInForce,
  type SentMetadata,
  type Service,
  type StatedPrice,
} from './service.ts';

/** The prices of a service after a change: the price in force, as it was stated, and the next one. */
export interface PricesNow {
  readonly serviceId: string;
  readonly stated: StatedPrice;
  readonly asset: string;
  readonly next: NextPrice | undefined;
}

export interface ServicePut extends PricesNow {
  readonly kind: 'service_put';
  readonly unitScale: number;
  readonly metadata: SentMetadata | undefined;
  /** whether it was not registered before */
  readonly isNew: boolean;
}

export interface ServiceBulkPut {
  readonly kind: 'service_bulk_put';
  /** of all items, in their order */
  readonly results: readonly ServiceItemResult[];
}

export type ServiceItemResult =
  | (PricesNow & { readonly kind: 'put'; readonly isNew: boolean })
  /** an item before it has the same service */
  | { readonly kind: 'repeated'; readonly serviceId: string; readonly message: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

export interface ServiceDeleted {
  readonly kind: 'service_deleted';
}

export interface PriceSet extends PricesNow {
  readonly kind: 'price_set';
}

export interface NextPriceCancelled {
  readonly kind: 'next_price_cancelled';
}

export interface ServiceSwitched {
  readonly kind: 'service_switched';
  readonly serviceId: string;
  readonly disabled: boolean;
}

export interface MetadataSet {
  readonly kind: 'metadata_set';
  readonly serviceId: string;
  readonly metadata: { readonly description: string; readonly owner: string };
}

export function pricesNow(service: Service): PricesNow {
  const { serviceId, asset, next } = service;
  return { serviceId, stated: priceInForce(service), asset, next };
}

import { count, fixed, flag, key, named, optional, price, small, table, text } from '../table.ts';

/** Services, each with the price in force. */
export const services = table({
  name: 'services',
  place: { tenant: text() },
  columns: {
    serviceId: key(text()),
    priceVersion: small(),
    priceStroops: price(),
    firstPriceStroops: fixed(price()),
    disabled: flag(),
    description: optional(text()),
    owner: optional(text()),
    deleted: flag(),
    unit: optional(text()),
  },
});

/** Price versions. */
export const servicePrices = table({
  name: 'service_prices',
  place: { tenant: text() },
  columns: {
    serviceId: key(text()),
    version: key(named('price_version', small())),
    priceStroops: price(),
    setAtMs: count(),
  },
});

import { type PricedUnits, pricedUnits } from '../../domain/amount.ts';
import { mismatch } from '../columns.ts';
import {
  amount,
  type Column,
  count,
  fixed,
  flag,
  key,
  named,
  optional,
  small,
  table,
  text,
} from '../table.ts';
import { tiersColumn } from './tiers.ts';

/** For how many units a price is shown. */
const shownUnits = (): Column<PricedUnits> => ({
  ...small(),
  decode: (stored, column) => {
    const units = pricedUnits.find((one) => one === Number(stored));
    if (units === undefined) throw mismatch(column, `one of ${pricedUnits.join(', ')}`);
    return units;
  },
  encode: undefined,
});

/** Services, each with the price in force. */
export const services = table({
  name: 'services',
  place: { tenant: text() },
  columns: {
    serviceId: key(text()),
    priceVersion: small(),
    price: amount(),
    firstPrice: fixed(amount()),
    disabled: flag(),
    description: optional(text()),
    owner: optional(text()),
    deleted: flag(),
    unit: optional(text()),
    pricePer: shownUnits(),
    unitScale: small(),
    tiers: optional(named('price_tiers', tiersColumn)),
    asset: fixed(text()),
    assetScale: fixed(small()),
  },
});

/** Price versions. */
export const servicePrices = table({
  name: 'service_prices',
  place: { tenant: text() },
  columns: {
    serviceId: key(text()),
    version: key(named('price_version', small())),
    price: amount(),
    setAtMs: count(),
    tiers: optional(named('price_tiers', tiersColumn)),
  },
});

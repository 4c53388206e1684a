import { type PricedUnits, pricedUnits } from '../../domain/amount.ts';
import type { NextPrice } from '../../domain/service.ts';
import { mismatch } from '../columns.ts';
import {
  amount,
  type Column,
  coded,
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
import { listIn, tiersColumn, tiersIn, tiersText } from './tiers.ts';

/** For how many units a price is shown. */
const shownUnits = (): Column<PricedUnits> => ({
  ...small(),
  decode: unitsIn,
  encode: undefined,
});

function unitsIn(stored: unknown, column: string): PricedUnits {
  const units = pricedUnits.find((one) => one === Number(stored));
  if (units === undefined) throw mismatch(column, `one of ${pricedUnits.join(', ')}`);
  return units;
}

/** The price with a date: JSON of [version, price, for how many units, tiers or null, date]. */
const nextPriceColumn = coded<NextPrice>(
  (stored, column) => {
    const [version, price, per, tiers, effectiveFromMs] = listIn(JSON.parse(stored));
    return {
      version: Number(version),
      price: BigInt(String(price)),
      per: unitsIn(per, column),
      tiers: tiers === null ? undefined : tiersIn(tiers, column),
      effectiveFromMs: Number(effectiveFromMs),
    };
  },
  ({ version, price, per, tiers, effectiveFromMs }) =>
    JSON.stringify([
      version,
      String(price),
      per,
      tiers === undefined ? null : tiersText(tiers),
      effectiveFromMs,
    ]),
);

/** Services, each with the price in force until the date of its next price. */
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
    next: optional(named('next_price', nextPriceColumn)),
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
    effectiveFromMs: optional(count()),
  },
});

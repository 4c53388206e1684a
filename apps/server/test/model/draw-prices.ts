import type { SentPrice } from './prices.ts';

/** Most grants pay for a few requests only. The borders of tiers are near what a few writes use. */
export const startPrices: readonly SentPrice[] = [
  { priceStroops: 1 },
  { priceStroops: 7 },
  { priceStroops: 9_007_199_254 },
  { price: '0.15', per: 1_000_000 },
  { price: '0.000000000001', per: 1 },
  {
    tiers: [{ upTo: 3, price: '0' }, { upTo: 8, price: '0.0000007' }, { price: '0.0000002' }],
    period: 'day',
  },
  {
    tiers: [
      { upTo: 5, price: '0.0000001' },
      { price: '0.0000031', package: 4 },
    ],
    period: 'month',
  },
  { tiers: [{ price: '0.0000004', package: 7 }], period: 'lifetime' },
];

export const prices: readonly SentPrice[] = [
  ...startPrices,
  { priceStroops: 0 },
  { price: '0.0000007', per: 1 },
  { price: '0.0007', per: 1_000 },
  { price: '0.123456789', per: 1_000 },
  { tiers: [{ upTo: 6, price: '0.0015' }, { price: '0.0007' }], period: 'day', per: 1_000 },
  {
    tiers: [
      { upTo: 4, price: '0.00001', package: 3 },
      { price: '0.0000029', package: 1_000 },
    ],
    period: 'day',
  },
  {
    tiers: [
      { upTo: 2, price: '0.0000005' },
      { upTo: 9, price: '0' },
      { price: '0.1', package: 1_000_000 },
    ],
    period: 'month',
  },
];

/** Prices that add up to whole atoms in an asset with few decimal places. */
const dearPrices: readonly SentPrice[] = [
  { price: '0.015', per: 1 },
  { price: '0.333333', per: 1 },
  { price: '7.5', per: 1_000 },
  {
    tiers: [
      { upTo: 4, price: '0.004' },
      { price: '0.07', package: 3 },
    ],
    period: 'month',
  },
];

/**
 * The prices that a service in an asset accepts: some of the given ones, and others for this asset. In XLM, or without
 * an asset, all given ones.
 */
export function pricesIn(asset: string | undefined, some: readonly SentPrice[]): readonly SentPrice[] {
  if (asset === undefined || asset === 'XLM') return some;
  return [...some.filter((price) => !('priceStroops' in price)), ...dearPrices];
}

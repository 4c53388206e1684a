import type { Json } from '@billonce/idempotency/core';
import { formatPrice, type Price, type PricedUnits } from './amount.ts';
import { isXlm } from './asset.ts';
import { stroopsOfPrice } from './money.ts';
import type { Service } from './service.ts';
import type { Tier, TierPeriodName, Tiers } from './tiers.ts';
import { timestampOfMs } from './timestamps.ts';

/** A price as it is shown: the decimal text for so many units; in stroops only if it is a whole number of them. */
export interface PriceShown {
  readonly priceStroops: number | undefined;
  readonly price: string;
  readonly per: PricedUnits;
  readonly asset: string;
  readonly tiers:
    | readonly {
        readonly upTo: number | undefined;
        readonly price: string;
        readonly package: number | undefined;
      }[]
    | undefined;
  readonly period: TierPeriodName | undefined;
}

type TierShown = { upTo?: number; price: string; package?: number };

/** @param price where there are tiers, that of the first of them */
export function priceShown(price: Price, asset: string, per: PricedUnits = 1, tiers?: Tiers): PriceShown {
  return {
    priceStroops: tiers === undefined ? priceInStroops(price, asset) : undefined,
    price: tiers === undefined ? formatPrice(price, per) : priceOfFirst(tiers, per),
    per,
    asset,
    tiers: tiers?.tiers.map((tier) => ({ ...tier, price: tierPrice(tier, per) })),
    period: tiers?.period,
  };
}

/** The tiers of a price and their period, as members of an object; none of a flat price. */
export function tiersShown(
  tiers: Tiers | undefined,
  per: PricedUnits,
): { readonly tiers?: TierShown[]; readonly period?: TierPeriodName } {
  return tiers === undefined ? {} : { tiers: tiersOf(tiers, per), period: tiers.period };
}

function priceOfFirst({ tiers: [first] }: Tiers, per: PricedUnits): string {
  return first === undefined ? '0' : tierPrice(first, per);
}

function tierPrice(tier: Pick<Tier, 'price' | 'package'>, per: PricedUnits): string {
  return formatPrice(tier.price, tier.package === undefined ? per : 1);
}

function tiersOf({ tiers }: Tiers, per: PricedUnits): TierShown[] {
  return tiers.map(({ upTo, price, package: size }) => ({
    ...(upTo === undefined ? {} : { upTo }),
    price: tierPrice({ price, package: size }, per),
    ...(size === undefined ? {} : { package: size }),
  }));
}

/** The price of one unit in whole stroops, of an asset that has them; a double holds the largest. */
export function priceInStroops(price: Price, asset: string): number | undefined {
  const stroops = isXlm({ asset }) ? stroopsOfPrice(price) : undefined;
  return stroops === undefined ? undefined : Number(stroops);
}

/** The next price of a service as events and acts have it, with its date; nothing if it has none. */
export function nextPriceShown({ next, asset }: Pick<Service, 'next' | 'asset'>): {
  readonly nextPrice?: { readonly [name: string]: Json };
} {
  if (next === undefined) return {};
  const { price, per, tiers, effectiveFromMs } = next;
  const { priceStroops, tiers: _, period: __, ...shown } = priceShown(price, asset, per, tiers);
  const inStroops = priceStroops === undefined ? {} : { priceStroops };
  const effectiveFrom = timestampOfMs(effectiveFromMs);
  return { nextPrice: { ...inStroops, ...shown, ...tiersShown(tiers, per), effectiveFrom } };
}

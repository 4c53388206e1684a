import { formatPrice, type Price, type PricedUnits } from './amount.ts';
import { assetDefault } from './balance.ts';
import { stroopsOfPrice } from './money.ts';

/** A price as it is shown: the decimal text for so many units; in stroops only if it is a whole number of them. */
export interface PriceShown {
  readonly priceStroops: number | undefined;
  readonly price: string;
  readonly per: PricedUnits;
  readonly asset: string;
}

export function priceShown(price: Price, per: PricedUnits = 1): PriceShown {
  return { priceStroops: priceInStroops(price), price: formatPrice(price, per), per, asset: assetDefault };
}

/** The price of one unit in whole stroops; a double holds the largest. */
export function priceInStroops(price: Price): number | undefined {
  const stroops = stroopsOfPrice(price);
  return stroops === undefined ? undefined : Number(stroops);
}

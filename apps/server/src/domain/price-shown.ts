import { formatPrice, type Price, type PricedUnits } from './amount.ts';
import { isXlm } from './asset.ts';
import { stroopsOfPrice } from './money.ts';

/** A price as it is shown: the decimal text for so many units; in stroops only if it is a whole number of them. */
export interface PriceShown {
  readonly priceStroops: number | undefined;
  readonly price: string;
  readonly per: PricedUnits;
  readonly asset: string;
}

export function priceShown(price: Price, asset: string, per: PricedUnits = 1): PriceShown {
  return { priceStroops: priceInStroops(price, asset), price: formatPrice(price, per), per, asset };
}

/** The price of one unit in whole stroops, of an asset that has them; a double holds the largest. */
export function priceInStroops(price: Price, asset: string): number | undefined {
  const stroops = isXlm({ asset }) ? stroopsOfPrice(price) : undefined;
  return stroops === undefined ? undefined : Number(stroops);
}

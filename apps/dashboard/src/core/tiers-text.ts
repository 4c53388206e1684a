import { grouped } from './amount.ts';

/** A price in tiers, as the server has it. */
interface TieredPrice {
  readonly per: number;
  readonly asset: string;
  readonly period?: string | undefined;
  readonly tiers?:
    | readonly {
        readonly upTo?: number | undefined;
        readonly price: string;
        readonly package?: number | undefined;
      }[]
    | undefined;
}

/** One sentence for each tier, with the period over which it counts; none of a flat price. */
export function tiersText({ tiers = [], per, asset, period }: TieredPrice): readonly string[] {
  return tiers.map(({ upTo, price, package: size }) => {
    const units =
      size === undefined ? (per === 1 ? 'each' : `for ${grouped(per)}`) : `for each ${grouped(size)} begun`;
    const border = upTo === undefined ? 'beyond' : `up to ${grouped(upTo)}`;
    const counted = period === 'lifetime' ? 'ever' : `of a ${period}`;
    return `${border} ${counted}: ${price} ${asset} ${units}`;
  });
}

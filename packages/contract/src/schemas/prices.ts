import Type from 'typebox';
import { Asset } from './balances.ts';
import { explained } from './explained-pattern.ts';
import { PriceStroops } from './identifiers.ts';

const Price = Type.String({
  description: 'The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit.',
  pattern: explained(
    '^(?:0|[1-9][0-9]{0,12})(?:\\.[0-9]{1,12})?$',
    'must be a decimal string with at most 12 places, such as "0.15"',
  ),
  examples: ['0.15'],
});

const Per = Type.Union([Type.Literal(1), Type.Literal(1_000), Type.Literal(1_000_000)], {
  description: 'For how many units the price is.',
});

/** A price as it is sent: in whole stroops, or as a decimal text. */
export const sentPrice = {
  priceStroops: Type.Optional(
    Type.Integer({
      ...PriceStroops,
      description: 'Price of one unit in stroops (10^-7 XLM), for a service in XLM. Or name a `price`.',
    }),
  ),
  price: Type.Optional(Price),
  per: Type.Optional(Per),
};

/** The price of one unit in stroops, where it is a whole number of them. */
export const WholePriceStroops = Type.Integer({
  ...PriceStroops,
  description:
    'The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM.',
});

/** A price as it is shown. */
export const shownPrice = {
  priceStroops: Type.Optional(WholePriceStroops),
  price: Price,
  per: Per,
  asset: Asset,
};

/** The price of one unit. */
export const UnitPrice = Type.String({
  ...Price,
  description: 'The price of one unit of the asset, exactly.',
  examples: ['0.00000015'],
});

import Type from 'typebox';
import { Asset, SignedAmount } from './balances.ts';
import { explained } from './explained-pattern.ts';
import { PriceStroops, SignedRequests } from './identifiers.ts';
import { ShownQuantity } from './quantities.ts';

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

const UnitsOfTier = Type.Integer({ minimum: 1, maximum: 1_000_000_000_000, examples: [1_000] });

/** One of the tiers of a price. */
const Tier = Type.Object(
  {
    upTo: Type.Optional(
      Type.Integer({
        ...UnitsOfTier,
        description: 'The quantity of the period at which the tier ends, in units. The last tier has none.',
      }),
    ),
    price: Type.String({ ...Price, description: 'The price of `per` units, or of one package.' }),
    package: Type.Optional(
      Type.Integer({
        ...UnitsOfTier,
        description: 'The price is for packages of this many units; a started package is charged in full.',
      }),
    ),
  },
  { additionalProperties: false },
);

const Tiers = Type.Array(Tier, {
  description:
    'Instead of a price: the usage of an account in a period is divided into tiers, and each part costs the price of its tier.',
  minItems: 1,
  maxItems: 10,
  examples: [[{ upTo: 1_000, price: '0' }, { price: '0.002' }]],
});

const Period = Type.Union([Type.Literal('day'), Type.Literal('month'), Type.Literal('lifetime')], {
  description: 'With `tiers`: the period, in UTC, over which they count.',
});

/** A price as it is sent: in whole stroops, or as a decimal text. */
export const sentPrice = {
  priceStroops: Type.Optional(
    Type.Integer({
      ...PriceStroops,
      description: 'Price of one unit in stroops (10^-7 XLM), for a service in XLM. Or send a `price`.',
    }),
  ),
  price: Type.Optional(Price),
  per: Type.Optional(Per),
  tiers: Type.Optional(Tiers),
  period: Type.Optional(Period),
};

/**
 * The rules for an object with the members of `sentPrice`: it has one price, and with tiers the period over which they
 * count.
 */
export const onePrice = { 'x-exactly-one': ['priceStroops', 'price', 'tiers'] } as const;
export const withTiers = { tiers: ['period'] };

/** 9,000,000 XLM: a decimal `price` may be greater than the greatest `priceStroops` that a client can send. */
const shownPriceStroopsMax = 90_000_000_000_000;

/** The price of one unit in stroops, if it is a whole number of stroops. */
export const WholePriceStroops = Type.Integer({
  ...PriceStroops,
  maximum: shownPriceStroopsMax,
  description:
    'The price of one unit in stroops; absent if it is not a whole number of them, and in another asset than XLM.',
});

/** A price as it is shown. */
export const shownPrice = {
  priceStroops: Type.Optional(WholePriceStroops),
  price: Type.String({
    ...Price,
    description:
      'The price of `per` units, as a decimal string: exact to 10^-12 of the asset for one unit. With `tiers`, that of the first of them.',
  }),
  per: Per,
  asset: Asset,
  tiers: Type.Optional(Tiers),
  period: Type.Optional(Period),
};

const TierNumber = Type.Integer({ minimum: 1, maximum: 10, description: 'The tier of the price, from 1.' });

const packages = {
  package: Type.Optional(
    Type.Integer({
      ...UnitsOfTier,
      description:
        'The tier is charged in packages of this many units, and the price is that of one package.',
    }),
  ),
  packages: Type.Optional(Type.Integer({ description: 'How many packages are charged.' })),
};

/** The tier of a price to which a line belongs. */
export const ofTier = { tier: Type.Optional(TierNumber), ...packages };

/** The part of some usage that is in one tier. */
export const TierPart = Type.Object({
  tier: TierNumber,
  requests: SignedRequests,
  quantity: Type.Optional(ShownQuantity),
  ...packages,
  price: Type.String({ ...Price, description: 'The price of one unit, or of one package.' }),
  amount: SignedAmount,
});

/** The price of one unit. */
export const UnitPrice = Type.String({
  ...Price,
  description: 'The price of one unit of the asset, exactly.',
  examples: ['0.00000015'],
});

import Type from 'typebox';
import { Amount, Asset, SentAmount, SignedAmount } from './balances.ts';
import {
  Agent,
  RequestsTotal,
  Sequence,
  ServiceId,
  SignedRequests,
  SignedStroops,
  Stroops,
  Timestamp,
} from './identifiers.ts';
import { pagedToEnd } from './pages.ts';
import { ofTier, UnitPrice, WholePriceStroops } from './prices.ts';
import { ShownQuantity } from './quantities.ts';

export const BillLine = Type.Object({
  priceVersion: Type.Integer({ minimum: 1 }),
  ...ofTier,
  requests: SignedRequests,
  quantity: Type.Optional(ShownQuantity),
  priceStroops: Type.Optional(WholePriceStroops),
  price: UnitPrice,
  amountStroops: Type.Optional(
    Type.String({
      ...SignedStroops,
      description: 'Absent if the line is not a whole number of stroops, and in another asset than XLM.',
    }),
  ),
  amount: Type.String({ ...SignedAmount, description: 'What the line costs, exactly.' }),
});

/** The billed amount, if the asset is XLM. */
export const BilledStroops = Type.Optional(
  Type.String({ ...Stroops, description: 'What is billed in stroops; absent in another asset than XLM.' }),
);

/** The amount that the previous settlement could not bill, because more was reversed than used. */
export const CarriedStroops = Type.Optional(
  Type.String({
    ...SignedStroops,
    description:
      'Credit from the previous settlement, in stroops: 0 or below. Absent in another asset than XLM.',
  }),
);

/** The same amount in an asset other than XLM. */
export const Carried = Type.Optional(
  Type.String({ ...SignedAmount, description: '`carriedStroops` in another asset than XLM; absent in XLM.' }),
);

export const Remainder = Type.String({
  ...Amount,
  description:
    'The part below one atom of the asset (a stroop in XLM) that the previous settlement left; it is billed with this one.',
  examples: ['0.00000005'],
});

/** The billed amount, in its asset. */
export const BilledAmount = Type.String({
  ...Amount,
  description: 'What is billed. In XLM the same as `billedStroops`.',
  examples: ['0.00935'],
});

/** What a bill costs, and how it is paid. */
export const Prepaid = Type.Object(
  {
    cost: Type.String({ ...SignedAmount, description: 'What the usage of the bill costs.' }),
    paid: Type.String({ ...SignedAmount, description: 'What of that was drawn from the prepaid balance.' }),
    due: Type.String({
      ...Amount,
      description:
        'The amount left to pay: usage that was not drawn, less the carried credit. Equal to `amount`.',
    }),
  },
  { description: 'Absent if nothing was drawn from a prepaid balance.' },
);

const bill = {
  agent: Agent,
  serviceId: ServiceId,
  requests: SignedRequests,
  quantity: Type.Optional(ShownQuantity),
  priceStroops: Type.Optional(
    Type.Integer({
      ...WholePriceStroops,
      description:
        'The price in force now; absent if it is not a whole number of stroops, and in another asset than XLM.',
    }),
  ),
  price: Type.String({
    ...UnitPrice,
    description: 'The price of one unit in force now; where it has tiers, that of the first of them.',
  }),
  billedStroops: BilledStroops,
  amount: BilledAmount,
  asset: Asset,
};

export const QuoteFilter = Type.Object(
  {
    recordedBefore: Type.Optional(
      Type.String({
        ...Timestamp,
        description:
          'Quote only usage that was recorded before this moment, such as the end of a month. If usage was reversed later, it and all entries after it are left out.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const Quote = Type.Object({
  ...bill,
  lines: Type.Array(BillLine),
  through: Type.Integer({ ...Sequence, description: 'The last entry that this quote counts.' }),
  carriedStroops: CarriedStroops,
  carried: Carried,
  remainder: Remainder,
  remainderOn: Type.String({
    ...Remainder,
    description: 'What a settlement now would leave below an atom of the asset.',
  }),
  prepaid: Type.Optional(Prepaid),
  creditStroops: Type.Optional(
    Type.String({
      ...Stroops,
      description:
        'The credit that is left, in stroops: what a settlement now could not bill. The bill is then 0. Absent in another asset than XLM.',
    }),
  ),
  credit: Type.Optional(
    Type.String({ ...Amount, description: '`creditStroops` in another asset than XLM; absent in XLM.' }),
  ),
  leftOutRequests: Type.Optional(
    Type.Integer({
      ...RequestsTotal,
      description:
        'With `recordedBefore`: requests recorded before that moment that this quote leaves out, because usage up to them was reversed later. A later bill includes them.',
    }),
  ),
});

export const AgentQuote = Type.Object({
  agent: Agent,
  items: Type.Array(Quote, {
    description: 'By service; accounts on which there is nothing to bill and no credit are left out.',
  }),
  ...pagedToEnd,
  totalBilledStroops: Type.Union([Stroops, Type.Null()], {
    description:
      'The amount in XLM that settling all accounts of the agent would bill now, over all pages. Null on the pages after the first.',
  }),
  totalCreditStroops: Type.Union([Stroops, Type.Null()], {
    description: 'Credits that would be left in XLM, of all accounts. Null on the pages after the first.',
  }),
  unpricedRequests: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description:
      'Outstanding, of services without a price. Sent with all digits, also beyond 2^53. Null on the pages after the first.',
  }),
  otherAssets: Type.Optional(
    Type.Array(Type.Object({ asset: Asset, totalBilled: Amount, totalCredit: Amount }), {
      description:
        'The totals in other assets than XLM, on the first page. Absent if the agent used no service in one.',
    }),
  ),
});

export const BillingTotal = Type.Object({
  totalStroops: Type.String({ ...Stroops, description: 'What is outstanding in XLM.' }),
  disabledStroops: Type.String({ ...Stroops, description: 'Of that: of services that are disabled.' }),
  creditStroops: Type.String({ ...Stroops, description: 'Credits that are left in XLM, of all accounts.' }),
  unpricedRequests: Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' }),
  otherAssets: Type.Optional(
    Type.Array(Type.Object({ asset: Asset, total: Amount, disabled: Amount, credit: Amount }), {
      description: 'The same in each other asset of which a service was used. Absent if there is none.',
    }),
  ),
});

/** A client may send the amount as a string, as it received it, or as an integer that a double holds exactly. */
export const ExpectedStroops = Type.Union(
  [Stroops, Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  // A quote names it `billedStroops`: a client that sends this name must not lose the guard.
  { 'x-other-words': ['billedStroops'] },
);

/** The exact amount that a client expects of a bill. */
export const ExpectedAmount = Type.String({
  ...SentAmount,
  description: 'Instead of `expectedStroops`, for any asset: the `amount` of the quote.',
});

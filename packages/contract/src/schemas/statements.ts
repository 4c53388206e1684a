import Type from 'typebox';
import { Amount, Asset, SignedAmount } from './balances.ts';
import { Agent, RequestsTotal, Sequence, ServiceId, Timestamp, Uuid } from './identifiers.ts';
import { ofTier } from './prices.ts';
import { ShownQuantity } from './quantities.ts';

export const StatementFilter = Type.Object(
  {
    from: Type.Optional(
      Type.String({ ...Timestamp, description: 'The beginning; if omitted, the beginning of the books.' }),
    ),
    to: Type.Optional(
      Type.String({
        ...Timestamp,
        description: 'The end, which is not included; if omitted, a millisecond from now.',
      }),
    ),
    asset: Type.Optional(Type.String({ ...Asset, description: 'XLM without it.' })),
  },
  { additionalProperties: false },
);

const sums = Type.Object({
  available: Type.String({
    ...SignedAmount,
    description: 'Of the prepaid balance: what may be drawn or held; below 0 for an overdraft.',
  }),
  unbilled: Type.String({
    ...SignedAmount,
    description: 'What was used and is neither drawn from the balance nor on a bill; below 0 for credits.',
  }),
});

const AmountOrNull = Type.Union([Amount, Type.Null()], {
  description: 'Null while the service has no price.',
});

const Link = Type.String({ description: 'The path from which its entries, or itself, can be read.' });

/** What happened to an agent in a period, over all services. */
export const Statement = Type.Object({
  agent: Agent,
  asset: Asset,
  from: Type.String({
    ...Timestamp,
    description: 'The beginning: what was recorded at this moment or later.',
  }),
  to: Type.String({ ...Timestamp, description: 'The end: what was recorded before this moment.' }),
  opening: sums,
  grants: Type.Array(
    Type.Object({
      kind: Type.Union([
        Type.Literal('granted'),
        Type.Literal('refunded'),
        Type.Literal('expired'),
        Type.Literal('voided'),
      ]),
      amount: Amount,
      grantId: Type.String(),
      note: Type.Union([Type.String(), Type.Null()]),
      entryId: Type.Union([Uuid, Type.Null()], {
        description: 'The reversal that returned it. Null for what was granted, and for a refund in money.',
      }),
      at: Type.String({ ...Timestamp, description: 'When it took effect.' }),
      href: Link,
    }),
    { description: 'What was granted, and what expired or was voided, in the order of the balance.' },
  ),
  usage: Type.Array(
    Type.Object({
      serviceId: ServiceId,
      unit: Type.Union([Type.String(), Type.Null()]),
      priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
      ...ofTier,
      price: Type.Union([Amount, Type.Null()], { description: 'Of one request, one unit, or one package.' }),
      requests: RequestsTotal,
      quantity: Type.Optional(ShownQuantity),
      amount: AmountOrNull,
      reversedRequests: Type.Integer({
        ...RequestsTotal,
        description: 'Taken back in this period, also usage that was recorded earlier.',
      }),
      reversedQuantity: Type.Optional(ShownQuantity),
      reversedPackages: Type.Optional(Type.Integer({ description: 'How many packages were taken back.' })),
      reversedAmount: AmountOrNull,
      afterSequence: Type.Integer({
        ...Sequence,
        description: 'Its entries follow this entry of the account,',
      }),
      throughSequence: Type.Integer({ ...Sequence, description: 'up to and including this entry.' }),
      href: Link,
    }),
    { description: 'By service, price and tier.' },
  ),
  bills: Type.Array(
    Type.Object({
      settlementId: Uuid,
      serviceId: ServiceId,
      amount: Amount,
      runId: Type.Union([Type.String(), Type.Null()]),
      at: Timestamp,
      href: Link,
    }),
    { description: 'By service, in the order in which they were made.' },
  ),
  writeOffs: Type.Array(
    Type.Object({
      serviceId: ServiceId,
      kind: Type.Union([Type.Literal('write_off'), Type.Literal('paid_out')]),
      amount: Amount,
      reason: Type.String(),
      sequence: Sequence,
      href: Link,
    }),
    { description: 'Credits that were given up or paid out.' },
  ),
  totals: Type.Object(
    {
      granted: Amount,
      refunded: Amount,
      drawn: Amount,
      expired: Amount,
      voided: Amount,
      held: Type.String({ ...SignedAmount, description: 'Held in this period, less what was released.' }),
      used: Amount,
      reversed: Amount,
      paid: Type.String({
        ...SignedAmount,
        description: 'What was drawn for the usage of these services, less what reversals returned.',
      }),
      billed: Amount,
      writtenOff: Amount,
    },
    {
      description:
        'closing.available = opening.available + granted + refunded - drawn - expired - voided - held, and closing.unbilled = opening.unbilled + used - reversed - paid - billed + writtenOff.',
    },
  ),
  closing: sums,
});

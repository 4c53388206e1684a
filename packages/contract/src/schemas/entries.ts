import Type, { type Static } from 'typebox';
import { Amount, Asset, SignedAmount } from './balances.ts';
import {
  Agent,
  MetadataFilter,
  RequestsTotal,
  Sequence,
  ServiceId,
  SignedRequests,
  SignedStroops,
  Stroops,
  Timestamp,
  UsageId,
  UsageMetadata,
  Uuid,
} from './identifiers.ts';
import { Cursor, followedPage, PageLimit } from './pages.ts';
import { TierPart, UnitPrice, WholePriceStroops } from './prices.ts';
import { ShownQuantity } from './quantities.ts';

/** The usage that a reversal takes back: that in (from, through] of its account which no earlier reversal took back. */
const Reverses = Type.Object({
  entryId: Type.Union([Uuid, Type.Null()]),
  from: Sequence,
  through: Sequence,
  reason: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(
    Type.Object({
      priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
      requests: RequestsTotal,
      tiers: Type.Optional(
        Type.Array(TierPart, { description: 'If the price has tiers: how much was taken back of each.' }),
      ),
    }),
  ),
});

/** The credit that a write-off takes from its account: all of it. */
const WritesOff = Type.Object({
  kind: Type.Union([Type.Literal('write_off'), Type.Literal('paid_out')]),
  stroops: Type.Optional(
    Type.String({ ...Stroops, description: 'In stroops; absent in another asset than XLM.' }),
  ),
  amount: Type.Optional(Type.String({ ...Amount, description: 'In another asset than XLM; absent in XLM.' })),
  reason: Type.String(),
});

const recorded = {
  id: Uuid,
  agent: Agent,
  serviceId: ServiceId,
  sequence: Sequence,
  requests: Type.Integer({
    ...SignedRequests,
    description: 'Below 0: a reversal. 0: a write-off of a credit.',
  }),
  quantity: Type.Optional(ShownQuantity),
  priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  usageId: Type.Union([UsageId, Type.Null()]),
  occurredAt: Type.Union([Timestamp, Type.Null()]),
  recordedAt: Timestamp,
  metadata: Type.Optional(UsageMetadata),
  drawn: Type.Optional(
    Type.String({
      ...SignedAmount,
      description:
        'The amount that was drawn from the prepaid balance for it; for a reversal the returned amount, below 0. Absent if there is none.',
    }),
  ),
  reverses: Type.Optional(Reverses),
  writesOff: Type.Optional(WritesOff),
  tiers: Type.Optional(
    Type.Array(TierPart, { description: 'If the price has tiers: how much of it is in each.' }),
  ),
};

/** An entry as it was recorded. */
export const Entry = Type.Object({
  ...recorded,
  asset: Type.Optional(
    Type.String({
      ...Asset,
      description: 'The asset of the amounts, if there are some and they are not in XLM.',
    }),
  ),
});

/** An entry with its price, its settlement and its reversals. */
export const KnownEntry = Type.Object({
  ...recorded,
  priceStroops: Type.Union([WholePriceStroops, Type.Null()], {
    description:
      'At its price version. Null without a price, in tiers, for a reversal of usage at several prices, if the price is not a whole number of stroops, and in another asset than XLM.',
  }),
  price: Type.Union([UnitPrice, Type.Null()], {
    description:
      'The price of one unit, exactly. Null without a price, in tiers, and for a reversal of usage at several prices.',
  }),
  amountStroops: Type.Union([SignedStroops, Type.Null()], {
    description:
      'What it adds to a bill; below 0 for a reversal. Null while its service has no price, if it is not a whole number of stroops, and in another asset than XLM.',
  }),
  amount: Type.Union([SignedAmount, Type.Null()], {
    description: 'What it adds to a bill, exactly. Null while its service has no price.',
  }),
  asset: Asset,
  settlementId: Type.Union([Uuid, Type.Null()], {
    description: 'The settlement that covers it. Null while there is none.',
  }),
  reversed: Type.Boolean({ description: 'Whether later entries took back all of it.' }),
  reversedRequests: Type.Integer({
    ...RequestsTotal,
    description: 'How many of its requests later entries took back.',
  }),
});

export const EntryExported = Type.Object({ items: Type.Array(KnownEntry) });

export const EntryList = Type.Object({ items: Type.Array(KnownEntry), ...followedPage });

const entryFilter = {
  agent: Type.Optional(Agent),
  serviceId: Type.Optional(ServiceId),
  from: Type.Optional(Type.String({ ...Timestamp, description: 'Recorded at this moment or later.' })),
  to: Type.Optional(Type.String({ ...Timestamp, description: 'Recorded before this moment.' })),
  occurredFrom: Type.Optional(
    Type.String({ ...Timestamp, description: 'Occurred at this moment or later.' }),
  ),
  occurredTo: Type.Optional(Type.String({ ...Timestamp, description: 'Occurred before this moment.' })),
  settlementId: Type.Optional(Type.String({ ...Uuid, description: 'Covered by this settlement.' })),
  usageId: Type.Optional(
    Type.String({ ...UsageId, description: 'Recorded under this usage id: one entry at most.' }),
  ),
  metadata: Type.Optional(MetadataFilter),
};

export const EntryExport = Type.Object(entryFilter, { additionalProperties: false });
export type EntryExport = Static<typeof EntryExport>;

export const EntryFilter = Type.Object(
  {
    ...entryFilter,
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);
export type EntryFilter = Static<typeof EntryFilter>;

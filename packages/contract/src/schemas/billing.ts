import Type, { type Static } from 'typebox';
import {
  Agent,
  Cursor,
  followedPage,
  PageLimit,
  PriceStroops,
  RequestsTotal,
  Sequence,
  ServiceId,
  SignedRequests,
  SignedStroops,
  Stroops,
  Timestamp,
  Uuid,
} from './identifiers.ts';

const BillLine = Type.Object({
  priceVersion: Type.Integer({ minimum: 1 }),
  requests: SignedRequests,
  priceStroops: PriceStroops,
  amountStroops: SignedStroops,
});

/** What the settlement before could not bill, because more was reversed than used. */
const CarriedStroops = Type.String({
  ...SignedStroops,
  description: 'Credit from the settlement before: 0 or below.',
});

const bill = {
  agent: Agent,
  serviceId: ServiceId,
  requests: SignedRequests,
  priceStroops: Type.Integer({ ...PriceStroops, description: 'The price in force now.' }),
  billedStroops: Stroops,
};

export const Quote = Type.Object({
  ...bill,
  lines: Type.Array(BillLine),
  through: Type.Integer({ ...Sequence, description: 'The last entry that this quote counts.' }),
  carriedStroops: CarriedStroops,
  creditStroops: Type.String({
    ...Stroops,
    description: 'The credit that is left: what a settlement now could not bill. The bill is then 0.',
  }),
});

export const BillingTotal = Type.Object({
  totalStroops: Stroops,
  disabledStroops: Stroops,
  creditStroops: Type.String({ ...Stroops, description: 'Credits that are left, of all accounts.' }),
  unpricedRequests: Type.Integer({ minimum: 0, description: 'All its digits are sent, also beyond 2^53.' }),
});

/** A client may send the amount as it got it, a string, or as an integer that a double holds exactly. */
export const ExpectedStroops = Type.Union([
  Stroops,
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
]);

export const SettleRequest = Type.Object(
  {
    agent: Agent,
    serviceId: ServiceId,
    through: Type.Optional(
      Type.Integer({
        ...Sequence,
        description:
          'The last entry to bill, from a quote. Refused with `quote_changed` if it was settled before, or if usage up to it was reversed or cleared by a later entry.',
      }),
    ),
    expectedStroops: Type.Optional(ExpectedStroops),
  },
  { additionalProperties: false },
);
export type SettleRequest = Static<typeof SettleRequest>;

const settled = {
  requests: SignedRequests,
  priceStroops: PriceStroops,
  billedStroops: Stroops,
  carriedStroops: CarriedStroops,
  settlementId: Type.Union([Uuid, Type.Null()]),
  lines: Type.Array(BillLine),
};

export const Settled = Type.Object({ agent: Agent, serviceId: ServiceId, ...settled });

export const SettleBulkRequest = Type.Object({ agent: Agent }, { additionalProperties: false });

export const SettledBulk = Type.Object({
  agent: Agent,
  items: Type.Array(Type.Object({ serviceId: ServiceId, ...settled })),
  totalBilledStroops: Stroops,
  skipped: Type.Array(
    Type.Object({ serviceId: ServiceId, requests: RequestsTotal, reason: Type.Literal('unpriced') }),
  ),
});

export const Settlement = Type.Object({
  id: Uuid,
  agent: Agent,
  serviceId: ServiceId,
  number: Type.Integer({ minimum: 1 }),
  from: Type.Integer({ ...Sequence, description: 'The range is (from, through].' }),
  through: Sequence,
  requests: SignedRequests,
  lines: Type.Array(BillLine),
  carriedStroops: CarriedStroops,
  billedStroops: Type.String({ ...Stroops, description: 'Lines and what was carried, but never below 0.' }),
  carriedOnStroops: Type.String({
    ...SignedStroops,
    description: 'What the next settlement carries: 0 or below.',
  }),
  settledAt: Timestamp,
});

export const SettlementList = Type.Object({ items: Type.Array(Settlement), ...followedPage });

const settlementFilter = {
  agent: Type.Optional(Agent),
  serviceId: Type.Optional(ServiceId),
  from: Type.Optional(Type.String({ ...Timestamp, description: 'Settled at this moment or later.' })),
  to: Type.Optional(Type.String({ ...Timestamp, description: 'Settled before this moment.' })),
};

export const SettlementExport = Type.Object(settlementFilter, { additionalProperties: false });
export type SettlementExport = Static<typeof SettlementExport>;

export const SettlementFilter = Type.Object(
  {
    ...settlementFilter,
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);
export type SettlementFilter = Static<typeof SettlementFilter>;

const AuditTotals = Type.Object({ requests: Type.Integer({ minimum: 0 }), stroops: Stroops });

export const Audit = Type.Object({
  ok: Type.Boolean(),
  accounts: Type.Integer({ minimum: 0 }),
  entries: Type.Integer({ minimum: 0 }),
  settlements: Type.Integer({ minimum: 0 }),
  recorded: AuditTotals,
  settled: Type.Object({ requests: Type.Integer(), stroops: Stroops }),
  /** below 0 for a credit */
  outstanding: Type.Object({ requests: Type.Integer(), stroops: SignedStroops }),
  reversed: AuditTotals,
  writtenOff: Type.Object({ stroops: Stroops }),
  differences: Type.Array(Type.Object({ agent: Agent, serviceId: ServiceId, message: Type.String() })),
  acts: Type.Object(
    { logged: Type.Integer({ minimum: 0 }), differences: Type.Array(Type.String()) },
    { description: 'The log of administrative acts: how many were logged, and which of them are missing.' },
  ),
});

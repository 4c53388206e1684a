import Type, { type Static } from 'typebox';
import { bounds } from '../bounds.ts';
import { Amount, Asset, SignedAmount } from './balances.ts';
import { explained } from './explained-pattern.ts';
import {
  Agent,
  RequestsTotal,
  Sequence,
  ServiceId,
  SignedRequests,
  SignedStroops,
  Stroops,
  Timestamp,
  Uuid,
} from './identifiers.ts';
import { Cursor, followedPage, PageLimit } from './pages.ts';
import { UnitPrice, WholePriceStroops } from './prices.ts';
import { ShownQuantity } from './quantities.ts';
import {
  BilledAmount,
  BilledStroops,
  BillLine,
  Carried,
  CarriedStroops,
  ExpectedAmount,
  ExpectedStroops,
  Prepaid,
  Remainder,
} from './quotes.ts';

const RunId = Type.String({
  description: 'Names a run of bills, such as those of a month: letters, digits and . _ - :',
  minLength: 1,
  maxLength: bounds.runIdLength,
  pattern: explained('^[A-Za-z0-9._:-]+$', "may contain letters, digits, '.', '_', '-' and ':'"),
  examples: ['2026-11'],
});

export const SettleRequest = Type.Object(
  {
    agent: Agent,
    serviceId: ServiceId,
    through: Type.Optional(
      Type.Integer({
        ...Sequence,
        description:
          'The last entry to bill, from a quote. Refused with `quote_changed` if this entry is already settled, or if a later entry reversed or cleared usage up to it.',
      }),
    ),
    expectedStroops: Type.Optional(ExpectedStroops),
    expectedAmount: Type.Optional(ExpectedAmount),
    runId: Type.Optional(RunId),
  },
  {
    additionalProperties: false,
    examples: [
      {
        agent: 'agent-7',
        serviceId: 'input-tokens',
        through: 42,
        expectedStroops: '93500',
        runId: '2026-11',
      },
    ],
  },
);
export type SettleRequest = Static<typeof SettleRequest>;

const RemainderOn = Type.String({
  ...Remainder,
  description: 'What it left below an atom of the asset, for the next settlement.',
});

const settled = {
  requests: SignedRequests,
  quantity: Type.Optional(ShownQuantity),
  priceStroops: Type.Optional(WholePriceStroops),
  price: UnitPrice,
  billedStroops: BilledStroops,
  amount: BilledAmount,
  asset: Asset,
  carriedStroops: CarriedStroops,
  carried: Carried,
  remainder: Remainder,
  remainderOn: RemainderOn,
  prepaid: Type.Optional(Prepaid),
  settlementId: Type.Union([Uuid, Type.Null()]),
  lines: Type.Array(BillLine),
};

export const Settled = Type.Object({ agent: Agent, serviceId: ServiceId, ...settled });

export const SettleBulkRequest = Type.Object(
  { agent: Agent, runId: Type.Optional(RunId) },
  { additionalProperties: false },
);

export const SettledBulk = Type.Object({
  agent: Agent,
  items: Type.Array(Type.Object({ serviceId: ServiceId, ...settled })),
  totalBilledStroops: Type.String({ ...Stroops, description: 'What was billed in XLM.' }),
  otherAssets: Type.Optional(
    Type.Array(Type.Object({ asset: Asset, totalBilled: Amount }), {
      description: 'What was billed in each other asset. Absent if nothing was.',
    }),
  ),
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
  quantity: Type.Optional(ShownQuantity),
  lines: Type.Array(BillLine),
  carriedStroops: CarriedStroops,
  carried: Carried,
  remainder: Remainder,
  prepaid: Type.Optional(Prepaid),
  billedStroops: Type.Optional(
    Type.String({
      ...Stroops,
      description:
        'Lines, what was carried and the remainder: rounded down, but never below 0. Absent in another asset than XLM.',
    }),
  ),
  amount: BilledAmount,
  asset: Asset,
  carriedOnStroops: Type.Optional(
    Type.String({
      ...SignedStroops,
      description: 'What the next settlement carries: 0 or below. Absent in another asset than XLM.',
    }),
  ),
  carriedOn: Type.Optional(
    Type.String({
      ...SignedAmount,
      description: '`carriedOnStroops` in another asset than XLM; absent in XLM.',
    }),
  ),
  remainderOn: RemainderOn,
  settledAt: Timestamp,
  runId: Type.Union([RunId, Type.Null()], { description: 'The run that made it. Null: it was made alone.' }),
});

export const SettlementList = Type.Object({ items: Type.Array(Settlement), ...followedPage });

const settlementFilter = {
  agent: Type.Optional(Agent),
  serviceId: Type.Optional(ServiceId),
  from: Type.Optional(Type.String({ ...Timestamp, description: 'Settled at this moment or later.' })),
  to: Type.Optional(Type.String({ ...Timestamp, description: 'Settled before this moment.' })),
  runId: Type.Optional(RunId),
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

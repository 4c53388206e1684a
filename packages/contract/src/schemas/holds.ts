import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { Amount, Asset, PositiveAmount, SignedAmount } from './balances.ts';
import {
  Agent,
  Requests,
  RequestsTotal,
  ServiceId,
  Timestamp,
  TimestampOrNull,
  UsageId,
  UsageMetadata,
  Uuid,
} from './identifiers.ts';
import { Cursor, PageLimit, pagedToEnd } from './pages.ts';
import { eitherUse, ShownQuantity, sentUse } from './quantities.ts';

const HoldId = Type.String({
  ...UsageId,
  description: `Names the hold for ever, unique in its tenant: 1-${bounds.usageIdLength} visible ASCII characters. Without it, the server makes an id.`,
  examples: ['call-7c2f'],
});

const ExpiresInMs = Type.Integer({
  description: 'The milliseconds after which it lapses, unless it was captured or released: at most 7 days.',
  minimum: 1,
  maximum: bounds.holdMs,
  default: bounds.holdMsDefault,
  examples: [bounds.holdMsDefault],
});

export const HoldRequest = Type.Object(
  {
    agent: Agent,
    serviceId: ServiceId,
    requests: Type.Optional(
      Type.Integer({
        ...Requests,
        description: 'Reserve the current cost of this many requests. Or send a `quantity` or an `amount`.',
      }),
    ),
    quantity: sentUse.quantity,
    amount: Type.Optional(
      Type.String({
        ...PositiveAmount,
        description: 'Reserve this amount. Or send `requests` or a `quantity`.',
      }),
    ),
    expiresInMs: Type.Optional(ExpiresInMs),
    id: Type.Optional(HoldId),
  },
  {
    additionalProperties: false,
    'x-exactly-one': ['requests', 'quantity', 'amount'],
    examples: [
      { agent: 'agent-7', serviceId: 'input-tokens', requests: 8_000, expiresInMs: 120_000, id: 'call-7c2f' },
    ],
  },
);

export const HoldParams = Type.Object({
  holdId: Type.String({ ...HoldId, description: 'The id of the hold. Percent-encoded in a path.' }),
});

export const CaptureRequest = Type.Object(
  {
    requests: Type.Optional(
      Type.Integer({
        ...Requests,
        description: 'The actual usage; it may be more or less than was held. Or send a `quantity`.',
      }),
    ),
    quantity: sentUse.quantity,
    id: Type.Optional(Type.String({ ...UsageId, 'x-other-words': ['usageId'] })),
    occurredAt: Type.Optional(Timestamp),
    metadata: Type.Optional(UsageMetadata),
  },
  { additionalProperties: false, ...eitherUse, examples: [{ requests: 374 }] },
);

export const ExtendRequest = Type.Object({ expiresInMs: ExpiresInMs }, { additionalProperties: false });

const State = Type.Union(
  [Type.Literal('open'), Type.Literal('captured'), Type.Literal('released'), Type.Literal('lapsed')],
  {
    description: '`lapsed`: it was not captured in time. It reserves nothing, and can still be captured.',
  },
);

export const Hold = Type.Object({
  id: Type.String({ ...HoldId, description: 'Its name, or an id that this server gave.' }),
  agent: Agent,
  serviceId: ServiceId,
  asset: Asset,
  amount: Type.String({
    ...Amount,
    description: 'What it reserves; of a postpaid agent, what it would cost.',
  }),
  requests: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
    description: 'Null: it was made for an amount.',
  }),
  quantity: Type.Optional(ShownQuantity),
  state: State,
  createdAt: Timestamp,
  expiresAt: Timestamp,
  endedAt: TimestampOrNull,
  lapsed: Type.Boolean({ description: 'Whether it lapsed, also if it was captured after that.' }),
  entryId: Type.Union([Uuid, Type.Null()], { description: 'The usage that captured it.' }),
  captured: Type.Union([Amount, Type.Null()], { description: 'The cost of the usage that captured it.' }),
});

export const HoldMade = Type.Object({
  ...Hold.properties,
  available: Type.String({ ...SignedAmount, description: 'What is available after it.' }),
});

export const HoldCaptured = Type.Object({
  ...Hold.properties,
  total: Type.Integer({ ...RequestsTotal, description: 'Outstanding requests of the account after this.' }),
  drawn: Type.Optional(
    Type.String({ ...Amount, description: 'What was drawn from the balance; absent if it will be billed.' }),
  ),
  available: Type.Optional(Type.String({ ...SignedAmount, description: 'What is available after it.' })),
  status: Type.Optional(Type.Literal('duplicate')),
});

export const HoldFilter = Type.Object(
  {
    agent: Type.Optional(Agent),
    state: Type.Optional(State),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

export const HoldList = Type.Object({ items: Type.Array(Hold), ...pagedToEnd });

import Type, { type Static } from 'typebox';
import {
  Agent,
  Cursor,
  NextCursor,
  PageLimit,
  Requests,
  RequestsTotal,
  Sequence,
  ServiceId,
  Timestamp,
  UsageId,
  Uuid,
} from './identifiers.ts';

export const UsageItem = Type.Object(
  {
    agent: Agent,
    serviceId: ServiceId,
    requests: Requests,
    id: Type.Optional(UsageId),
    occurredAt: Type.Optional(Timestamp),
  },
  { additionalProperties: false },
);
export type UsageItem = Static<typeof UsageItem>;

/** The most items that any server takes in one bulk; how many this one takes is its own setting. */
export const bulkItemsMax = 10_000;

/** The items of a bulk are judged one by one, so here they are anything. */
export const UsageBulk = Type.Object(
  { items: Type.Array(Type.Unknown(), { minItems: 1, maxItems: bulkItemsMax }) },
  { additionalProperties: false },
);

export const UsageRecorded = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  total: Type.Integer({ ...RequestsTotal, description: 'Outstanding requests of the account after this.' }),
  status: Type.Optional(Type.Literal('duplicate')),
});

export const UsageBulkResults = Type.Object({
  results: Type.Array(
    Type.Union([
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        ok: Type.Literal(true),
        total: RequestsTotal,
        status: Type.Union([Type.Literal('recorded'), Type.Literal('duplicate')]),
      }),
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        ok: Type.Literal(false),
        error: Type.String(),
        message: Type.String(),
      }),
    ]),
  ),
});

export const AccountParams = Type.Object({ agent: Agent, serviceId: ServiceId });

export const AccountTotal = Type.Object({ agent: Agent, serviceId: ServiceId, total: RequestsTotal });

export const Entry = Type.Object({
  id: Uuid,
  agent: Agent,
  serviceId: ServiceId,
  sequence: Sequence,
  requests: Requests,
  priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  usageId: Type.Union([UsageId, Type.Null()]),
  occurredAt: Type.Union([Timestamp, Type.Null()]),
  recordedAt: Timestamp,
});

export const EntryList = Type.Object({ items: Type.Array(Entry), nextCursor: NextCursor });

export const EntryFilter = Type.Object(
  {
    agent: Type.Optional(Agent),
    serviceId: Type.Optional(ServiceId),
    from: Type.Optional(Timestamp),
    to: Type.Optional(Timestamp),
    occurredFrom: Type.Optional(Timestamp),
    occurredTo: Type.Optional(Timestamp),
    settlementId: Type.Optional(Uuid),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);
export type EntryFilter = Static<typeof EntryFilter>;

export const IdParams = Type.Object({ id: Uuid });

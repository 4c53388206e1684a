import Type, { type Static } from 'typebox';
import { explained } from './explained-pattern.ts';
import {
  Agent,
  Cursor,
  FreeText,
  followedPage,
  PageLimit,
  Requests,
  RequestsTotal,
  Sequence,
  ServiceId,
  SignedRequests,
  Stroops,
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
  {
    items: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: bulkItemsMax,
      description: 'Each as in `POST /usage`.',
      examples: [[{ agent: 'agent-7', serviceId: 'input-tokens', requests: 374, id: 'event-1' }]],
    }),
  },
  { additionalProperties: false },
);

export const UsageBulkMode = Type.Object(
  {
    mode: Type.Optional(
      Type.Literal('atomic', { description: 'One item that is refused refuses all; a duplicate does not.' }),
    ),
  },
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

export const AccountCleared = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  clearedTotal: Type.Integer({ ...RequestsTotal, description: 'Requests that were reversed.' }),
});

/** Why something is taken back or written off. */
export const Reason = Type.String({
  ...FreeText,
  minLength: 1,
  pattern: explained('\\S', 'must not be blank'),
  description: 'Why: 1-256 characters.',
});

export const ReverseRequest = Type.Object({ reason: Reason }, { additionalProperties: false });

/** What a reversal takes back: the usage in (from, through] of its account that nothing took back before. */
const Reverses = Type.Object({
  entryId: Type.Union([Uuid, Type.Null()]),
  from: Sequence,
  through: Sequence,
  reason: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(
    Type.Object({
      priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
      requests: RequestsTotal,
    }),
  ),
});

/** What a write-off takes off the credit of its account: all of it. */
const WritesOff = Type.Object({
  kind: Type.Union([Type.Literal('write_off'), Type.Literal('paid_out')]),
  stroops: Stroops,
  reason: Type.String(),
});

export const Entry = Type.Object({
  id: Uuid,
  agent: Agent,
  serviceId: ServiceId,
  sequence: Sequence,
  requests: Type.Integer({
    ...SignedRequests,
    description: 'Below 0: a reversal. 0: a write-off of a credit.',
  }),
  priceVersion: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  usageId: Type.Union([UsageId, Type.Null()]),
  occurredAt: Type.Union([Timestamp, Type.Null()]),
  recordedAt: Timestamp,
  reverses: Type.Optional(Reverses),
  writesOff: Type.Optional(WritesOff),
});

export const EntryExported = Type.Object({ items: Type.Array(Entry) });

export const UsageExported = Type.Object({
  exportedAt: Type.Integer({ description: 'Milliseconds since the epoch.' }),
  items: Type.Array(Type.Object({ agent: Agent, serviceId: ServiceId, total: RequestsTotal }), {
    description: 'Every account with its outstanding requests.',
  }),
});

export const EntryList = Type.Object({ items: Type.Array(Entry), ...followedPage });

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

export const PageFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

export const IdParams = Type.Object({ id: Uuid });

import Type, { type Static } from 'typebox';
import { bounds } from '../bounds.ts';
import { Amount, SignedAmount } from './balances.ts';
import {
  Agent,
  EpochMs,
  RequestsTotal,
  ServiceId,
  Timestamp,
  UsageId,
  UsageMetadata,
} from './identifiers.ts';
import { eitherUse, ShownQuantity, sentUse } from './quantities.ts';

export const UsageItem = Type.Object(
  {
    agent: Agent,
    serviceId: ServiceId,
    ...sentUse,
    // Entries name it `usageId`: a client that sends this name must not lose the guard.
    id: Type.Optional(Type.String({ ...UsageId, 'x-other-words': ['usageId'] })),
    occurredAt: Type.Optional(Timestamp),
    metadata: Type.Optional(UsageMetadata),
  },
  {
    additionalProperties: false,
    ...eitherUse,
    examples: [{ agent: 'agent-7', serviceId: 'input-tokens', requests: 374, id: 'event-1' }],
  },
);
export type UsageItem = Static<typeof UsageItem>;

/** Each item of a bulk is checked separately, so any item is valid here. */
export const UsageBulk = Type.Object(
  {
    items: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: bounds.bulkItems,
      description: 'Each as in `POST /usage`.',
      examples: [[{ agent: 'agent-7', serviceId: 'input-tokens', requests: 374, id: 'event-1' }]],
    }),
  },
  { additionalProperties: false },
);

export const UsageBulkMode = Type.Object(
  {
    mode: Type.Optional(
      Type.Literal('atomic', {
        description: 'If true, one refused item refuses the whole bulk; a duplicate does not.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const UsageRecorded = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  total: Type.Integer({ ...RequestsTotal, description: 'Outstanding requests of the account after this.' }),
  quantity: Type.Optional(
    Type.String({
      ...ShownQuantity,
      description: 'The total in units. Only where the service has a `unitScale`.',
    }),
  ),
  status: Type.Optional(Type.Literal('duplicate')),
  drawn: Type.Optional(
    Type.String({
      ...Amount,
      description: 'What was drawn from the prepaid balance; absent if it will be billed.',
    }),
  ),
  available: Type.Optional(Type.String({ ...SignedAmount, description: 'What is available after it.' })),
});

export const UsageBulkResults = Type.Object({
  results: Type.Array(
    Type.Union([
      Type.Object({
        index: Type.Integer({ minimum: 0 }),
        ok: Type.Literal(true),
        total: RequestsTotal,
        quantity: Type.Optional(ShownQuantity),
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

export const AccountTotal = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  total: RequestsTotal,
  quantity: Type.Optional(ShownQuantity),
});

export const UsageExported = Type.Object({
  exportedAt: EpochMs,
  exportedTimestamp: Timestamp,
  items: Type.Array(Type.Object({ agent: Agent, serviceId: ServiceId, total: RequestsTotal }), {
    description: 'Every account with its outstanding requests.',
  }),
});

import Type, { type Static } from 'typebox';
import { bounds } from '../bounds.ts';
import { Amount, Asset, SentAmount } from './balances.ts';
import { explained } from './explained-pattern.ts';
import { Agent, Requests, ServiceId, Timestamp, TimestampOrNull } from './identifiers.ts';
import { Cursor, clampedLimit, PageLimit, pagedToEnd } from './pages.ts';
import { eitherUse, ShownQuantity, sentUse } from './quantities.ts';

const LimitName = Type.String({
  description: "Names the limit in its tenant: letters, digits, '.', '_' and '-'.",
  minLength: 1,
  maxLength: bounds.limitNameLength,
  pattern: explained(
    '^(?!\\.{1,2}$)[A-Za-z0-9._-]+$',
    "may contain letters, digits, '.', '_' and '-'; it is not '.' or '..'",
  ),
  examples: ['daily-budget'],
});

const Quantity = Type.String({
  description:
    'A number of requests (or tokens, or units), as a decimal string with at most six decimal places.',
  maxLength: 26,
  pattern: explained(
    '^(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]{1,6})?$',
    'must be a decimal string with at most six decimal places, such as "1000" or "0.5"',
  ),
  examples: ['1000'],
});

/** The count of a limit: a quantity, or an amount if its `max` is an amount. */
const Measure = Type.String({
  ...Amount,
  description: 'A quantity, or an amount if `max` is one.',
  examples: ['1000'],
});

const limit = {
  agent: Type.Union([Type.Literal('*'), Agent], {
    description:
      'The agent whose usage counts. `*`: each agent has a separate counter. If omitted: all agents together.',
    examples: ['*'],
  }),
  serviceId: Type.String({ ...ServiceId, description: 'If omitted: the usage of all services together.' }),
  apiKeyPrefix: Type.String({
    description: 'Counts usage that this API key sends. If omitted: usage of all keys.',
    pattern: explained('^apk_[0-9a-f]{8}$', 'must be the prefix of an API key, such as apk_0f3a9b2c'),
    examples: ['apk_0f3a9b2c'],
  }),
  window: Type.Union(
    [
      Type.Literal('minute'),
      Type.Literal('hour'),
      Type.Literal('day'),
      Type.Literal('month'),
      Type.Literal('lifetime'),
    ],
    { description: 'Fixed windows, in UTC. Each begins with nothing used.', examples: ['day'] },
  ),
  max: Type.Object(
    {
      quantity: Type.Optional(Quantity),
      amount: Type.Optional(
        Type.String({
          ...SentAmount,
          description:
            'Instead of `quantity`: the exact cost that usage of services in the asset may reach. Usage in other assets, and usage that has no price yet, does not count.',
        }),
      ),
      asset: Type.Optional(Type.String({ ...Asset, description: 'The asset of `amount`; XLM without it.' })),
    },
    { additionalProperties: false, examples: [{ quantity: '1000' }] },
  ),
  action: Type.Union([Type.Literal('refuse'), Type.Literal('notify')], {
    description:
      '`refuse`: usage beyond the limit is refused with `limit_reached`. `notify`: it is only reported.',
    examples: ['refuse'],
  }),
  notifyAt: Type.Array(Type.Number({ minimum: 0.001, maximum: 1, examples: [0.8] }), {
    maxItems: bounds.limitLevels,
    description:
      'Parts of `max` at which an event `limit.reached` is written, once in each window. Without it: 1 for `notify`, none for `refuse`.',
    examples: [[0.8, 1]],
  }),
};

export const LimitPut = Type.Object(
  {
    agent: Type.Optional(limit.agent),
    serviceId: Type.Optional(limit.serviceId),
    apiKeyPrefix: Type.Optional(limit.apiKeyPrefix),
    window: limit.window,
    max: limit.max,
    action: limit.action,
    notifyAt: Type.Optional(limit.notifyAt),
  },
  { additionalProperties: false },
);
export type LimitPut = Static<typeof LimitPut>;

export const LimitParams = Type.Object({ name: LimitName });

const shown = {
  name: LimitName,
  agent: Type.Union([limit.agent, Type.Null()]),
  serviceId: Type.Union([limit.serviceId, Type.Null()]),
  apiKeyPrefix: Type.Union([limit.apiKeyPrefix, Type.Null()]),
  window: limit.window,
  max: limit.max,
  action: limit.action,
  notifyAt: limit.notifyAt,
  countsSince: Type.String({ ...Timestamp, description: 'Usage from before it is not counted.' }),
};

export const Limit = Type.Object(shown);

const Counter = Type.Object({
  agent: Type.Union([Agent, Type.Null()], { description: 'Null: the only counter of the limit.' }),
  windowStart: Timestamp,
  windowEnd: Type.Union([Timestamp, Type.Null()], { description: 'Null for `lifetime`.' }),
  used: Type.String({
    ...Measure,
    description: 'Use in the current window, including open holds.',
  }),
  left: Type.String({ ...Measure, description: 'What can still be used in the current window.' }),
});

export const CountedLimit = Type.Object({ ...shown, counters: Type.Array(Counter), ...pagedToEnd });

export const AgentLimitList = Type.Object({
  agent: Agent,
  items: Type.Array(
    Type.Object({
      ...shown,
      windowStart: Timestamp,
      windowEnd: Counter.properties.windowEnd,
      used: Type.String({
        ...Counter.properties.used,
        description:
          'What the limit counted in the current window: for this agent alone if `agent` is `*`, otherwise for all agents whose usage it counts.',
      }),
      left: Counter.properties.left,
    }),
  ),
  ...pagedToEnd,
});

export const LimitCountersFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

export const LimitListFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(bounds.limits, bounds.limits)) },
  { additionalProperties: false },
);

export const LimitList = Type.Object({ items: Type.Array(Limit), ...pagedToEnd });

export const AllowanceFilter = Type.Object(
  { serviceId: ServiceId, ...sentUse },
  { additionalProperties: false, ...eitherUse },
);

export const Allowance = Type.Object({
  agent: Agent,
  serviceId: ServiceId,
  requests: Type.Optional(Requests),
  quantity: Type.Optional(ShownQuantity),
  allowed: Type.Boolean({ description: 'Whether this usage would be recorded now. Nothing is reserved.' }),
  error: Type.Union([Type.String(), Type.Null()], {
    description: 'The code with which it would be refused. Null if it would be recorded.',
    examples: ['limit_reached'],
  }),
  message: Type.Union([Type.String(), Type.Null()]),
  limits: Type.Array(
    Type.Object({
      name: LimitName,
      window: limit.window,
      windowEnd: TimestampOrNull,
      action: limit.action,
      max: limit.max,
      used: Measure,
      left: Measure,
    }),
    { description: 'The limits that apply to it.' },
  ),
});

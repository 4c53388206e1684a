import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { EffectiveWithinMs } from './identifiers.ts';
import { Cursor, clampedLimit, pagedToEnd } from './pages.ts';

const BulkMaxItems = Type.Integer({
  description: 'The most items of one bulk of usage.',
  minimum: 1,
  maximum: bounds.bulkItems,
  examples: [1000],
});

const RateLimitPerMinute = Type.Integer({
  description:
    'The cost that each tenant may spend in a minute: an item of a bulk costs 1, any other request 1 or more; 0 is no limit. Sets the window to a minute.',
  minimum: 0,
  maximum: bounds.costOfWindow,
  examples: [6000],
});

const RateLimitPerWindow = Type.Integer({
  ...RateLimitPerMinute,
  description: 'The cost that each tenant may spend in a window of `rateLimitWindowMs`; 0 is no limit.',
});

const RateLimitWindowMs = Type.Integer({
  description:
    'The window of the rate limit, in milliseconds: a minute unless it is set, from a second to a day.',
  minimum: bounds.rateWindowMsLeast,
  maximum: bounds.rateWindowMs,
  examples: [60_000],
});

export const ConfigChange = Type.Object(
  {
    bulkMaxItems: Type.Optional(Type.Union([BulkMaxItems, Type.Null()])),
    rateLimitPerMinute: Type.Optional(Type.Union([RateLimitPerMinute, Type.Null()])),
    rateLimitPerWindow: Type.Optional(Type.Union([RateLimitPerWindow, Type.Null()])),
    rateLimitWindowMs: Type.Optional(Type.Union([RateLimitWindowMs, Type.Null()])),
  },
  {
    additionalProperties: false,
    description: 'Omitted settings do not change; `null` restores the value that was configured at start.',
  },
);

const Config = Type.Object({
  bulkMaxItems: BulkMaxItems,
  rateLimitPerMinute: Type.Union([RateLimitPerMinute, Type.Null()], {
    description: 'The same as `rateLimitPerWindow`; `null` where the window is not a minute.',
  }),
  rateLimitPerWindow: RateLimitPerWindow,
  rateLimitWindowMs: RateLimitWindowMs,
});

export const ConfigChanged = Type.Object({ config: Config, effectiveWithinMs: EffectiveWithinMs });

export const ConfigFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(4, 4)) },
  { additionalProperties: false },
);

export const RuntimeConfig = Type.Object({
  ...ConfigChanged.properties,
  items: Type.Array(Type.Object({ key: Type.String(), value: Type.Union([Type.Integer(), Type.Null()]) }), {
    description: 'A page of the settings, by their names.',
  }),
  total: Type.Integer({ minimum: 0 }),
  ...pagedToEnd,
});

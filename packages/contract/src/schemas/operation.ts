import Type from 'typebox';
import { explained } from './explained-pattern.ts';
import {
  AddressRange,
  Agent,
  Cursor,
  clampedLimit,
  Offset,
  pagedToEnd,
  ServiceId,
  Stroops,
  Tenant,
  Timestamp,
} from './identifiers.ts';

const Label = Type.String({
  description: 'What the key is for: 1-64 characters, not blank.',
  minLength: 1,
  maxLength: 64,
  pattern: explained('\\S', 'must not be blank'),
  format: 'storable-text',
  examples: ['collector'],
});

const keyPattern = explained('^apk_[0-9a-f]{32}$', "must be 'apk_' and 32 hexadecimal digits in lower case");

const whatScopesMean =
  'What the key may do: `read`; `record` usage; `settle`, reverse and write off; `manage` services, prices and webhooks.';

function scopesOf(description: string) {
  return Type.Array(
    Type.Union([
      Type.Literal('read'),
      Type.Literal('record'),
      Type.Literal('settle'),
      Type.Literal('manage'),
    ]),
    { description, minItems: 1, maxItems: 4, uniqueItems: true, examples: [['record']] },
  );
}

export const ApiKeyCreate = Type.Object(
  {
    label: Label,
    key: Type.Optional(
      Type.String({
        pattern: keyPattern,
        description:
          'A key that clients have already, such as one of AgentPay. It must be random: 32 hexadecimal digits of a secure source. Without it the server draws one.',
        examples: [`apk_5c1d7e9b${'0f'.repeat(12)}`],
      }),
    ),
    tenant: Type.Optional(Tenant),
    expiresAt: Type.Optional(Type.String({ ...Timestamp, examples: ['2099-01-01T00:00:00.000Z'] })),
    scopes: Type.Optional(scopesOf(`${whatScopesMean} Without it, all of that.`)),
    agent: Type.Optional(
      Type.String({ ...Agent, description: 'The one agent that the key may be used for.' }),
    ),
    serviceId: Type.Optional(
      Type.String({ ...ServiceId, description: 'The one service that the key may be used for.' }),
    ),
    allowedAddresses: Type.Optional(
      Type.Array(AddressRange, {
        description: 'Where the key may be used from; without it, from everywhere.',
        minItems: 1,
        maxItems: 32,
      }),
    ),
  },
  { additionalProperties: false },
);

const ApiKeyPrefix = Type.String({ pattern: '^apk_[0-9a-f]{8}$', examples: ['apk_0f3a9b2c'] });

const EpochMs = Type.Union([Type.Integer({ description: 'Milliseconds since the epoch.' }), Type.Null()]);

const keyRights = {
  scopes: scopesOf(whatScopesMean),
  agent: Type.Union([Agent, Type.Null()], { description: 'Null: the key is bound to no agent.' }),
  serviceId: Type.Union([ServiceId, Type.Null()], { description: 'Null: the key is bound to no service.' }),
  allowedAddresses: Type.Union([Type.Array(AddressRange), Type.Null()], {
    description: 'Null: the key may be used from everywhere.',
  }),
};

export const ApiKeyCreated = Type.Object({
  key: Type.String({
    pattern: keyPattern,
    description: 'Shown once.',
    examples: [`apk_0f3a9b2c${'0'.repeat(24)}`],
  }),
  label: Label,
  prefix: ApiKeyPrefix,
  tenant: Tenant,
  expiresAt: EpochMs,
  ...keyRights,
});

export const ApiKeyRotation = Type.Object(
  {
    graceMs: Type.Optional(
      Type.Integer({
        description: 'For how long the old key is still recognized, in milliseconds.',
        minimum: 0,
        maximum: 30 * 86_400_000,
        default: 86_400_000,
      }),
    ),
  },
  { additionalProperties: false },
);

const EffectiveWithinMs = Type.Integer({ description: 'Within which time every instance follows a change.' });

export const ApiKeyRotated = Type.Object({
  ...ApiKeyCreated.properties,
  oldPrefix: ApiKeyPrefix,
  oldExpiresAt: EpochMs,
  effectiveWithinMs: EffectiveWithinMs,
});

export const ApiKeyList = Type.Object({
  items: Type.Array(
    Type.Object({
      prefix: ApiKeyPrefix,
      label: Label,
      tenant: Tenant,
      createdAt: Type.Integer({ description: 'Milliseconds since the epoch.' }),
      expiresAt: EpochMs,
      revokedAt: Type.Union([Type.Integer(), Type.Null()], {
        description: 'Milliseconds since the epoch; null for a key that is not revoked.',
      }),
      lastUsedAt: Type.Union([Type.Integer(), Type.Null()], {
        description:
          'The minute in which the key was last used, in milliseconds since the epoch; it is written up to a minute later. Null: never.',
      }),
      ...keyRights,
    }),
  ),
  total: Type.Integer({ description: 'All API keys that are not revoked.', minimum: 0 }),
  ...pagedToEnd,
});

export const ApiKeyFilter = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    offset: Type.Optional(Offset),
    limit: Type.Optional(clampedLimit(1000, 1000)),
    includeRevoked: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        description: 'Whether keys that were revoked are listed, too.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const ApiKeyParams = Type.Object({
  prefix: Type.String({
    description: 'The part of a key by which it is known.',
    pattern: explained('^[A-Za-z0-9_]{1,64}$', 'must be the prefix of an API key, such as apk_0f3a9b2c'),
  }),
});

export const KeyState = Type.Object({
  state: Type.Union([Type.Literal('remembered'), Type.Literal('tombstone')]),
  firstSeenAt: Timestamp,
  method: Type.String(),
  path: Type.String(),
  status: Type.Optional(Type.Integer()),
  location: Type.Optional(Type.String()),
  expiresAt: Timestamp,
});

export const Health = Type.Object({ status: Type.Literal('ok'), service: Type.Literal('billonce') });

export const Ready = Type.Object({ ready: Type.Literal(true) });

export const HealthFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(50, 10)) },
  { additionalProperties: false },
);

const Memory = Type.Object({ rssMb: Type.Integer(), heapUsedMb: Type.Integer() });

export const DeepHealth = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('paused')]),
  uptimeSeconds: Type.Integer({ minimum: 0 }),
  memory: Memory,
  pid: Type.Integer(),
  node: Type.String({ description: 'The version of Node.' }),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.Literal('ok'),
      detail: Type.Object({}, { additionalProperties: true }),
    }),
    { description: 'A page of the checks, by their names.' },
  ),
  checksTotal: Type.Integer({ minimum: 0 }),
  nextChecksCursor: Type.Union([Cursor, Type.Null()]),
  readMs: Type.Number(),
  writeMs: Type.Number(),
  queuedItems: Type.Integer(),
  inFlightItems: Type.Integer(),
  durability: Type.Object({
    engine: Type.Union([Type.Literal('sqlite'), Type.Literal('postgres')]),
    settings: Type.Record(Type.String(), Type.String(), {
      description:
        'Settings in force where this instance writes, such as `synchronous` (2 is FULL) or `fsync`.',
      examples: [{ journal_mode: 'wal', synchronous: '2', foreign_keys: '1' }],
    }),
    openings: Type.Optional(
      Type.Integer({
        description: 'How often the file was opened: once at the start, and again after a fault.',
      }),
    ),
  }),
});

export const ErrorBody = Type.Object(
  {
    error: Type.String(),
    message: Type.String(),
    requestId: Type.String(),
    faults: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
  },
  { additionalProperties: true },
);

/** RFC 9457, with the members of `ErrorBody` under the standard's names. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({ description: 'The page of the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    requestId: Type.String(),
  },
  { additionalProperties: true },
);

export const ErrorCodeParams = Type.Object({
  code: Type.String({
    description: 'An error code.',
    pattern: explained('^[a-z_]{1,64}$', 'must be an error code: lower-case letters and _'),
  }),
});

export const ErrorCodeRow = Type.Object({
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  advice: Type.String(),
  retry: Type.Union([
    Type.Literal('same_request'),
    Type.Literal('after_fixing'),
    Type.Literal('do_not_retry'),
  ]),
});

export const Paused = Type.Object({ paused: Type.Boolean(), effectiveWithinMs: EffectiveWithinMs });

export const AdminStatus = Type.Object({
  paused: Type.Boolean(),
  pausedSince: Type.Union([Timestamp, Type.Null()]),
  version: Type.String(),
});

const BulkMaxItems = Type.Integer({
  description: 'The most items of one bulk of usage.',
  minimum: 1,
  maximum: 10_000,
  examples: [1000],
});

const RateLimitPerMinute = Type.Integer({
  description:
    'What each tenant may cost in a minute: an item of a bulk 1, any other request 1 or more; 0 is no limit. Sets the window to a minute.',
  minimum: 0,
  maximum: 1_000_000_000,
  examples: [6000],
});

const RateLimitPerWindow = Type.Integer({
  ...RateLimitPerMinute,
  description: 'What each tenant may cost in a window of `rateLimitWindowMs`; 0 is no limit.',
});

const RateLimitWindowMs = Type.Integer({
  description:
    'The window of the rate limit, in milliseconds: a minute unless it is set, from a second to a day.',
  minimum: 1_000,
  maximum: 86_400_000,
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
    description: 'What is not named stays; `null` goes back to what was configured at start.',
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

export const Changelog = Type.Object({
  entries: Type.Array(
    Type.Object({
      version: Type.String(),
      date: Type.Union([Type.String(), Type.Null()], { description: 'Null: not released yet.' }),
      notes: Type.Array(Type.String()),
    }),
  ),
});

const Count = Type.Integer({ minimum: 0 });

export const Stats = Type.Object({
  totalApiKeys: Type.Integer({ minimum: 0, description: 'Keys of the tenant that are not revoked.' }),
  totalServices: Count,
  uniqueAgents: Count,
  accounts: Count,
  recordedRequests: Count,
  reversedRequests: Count,
  settledRequests: Count,
  totalRequests: Type.Integer({ minimum: 0, description: 'Those that are outstanding.' }),
  outstandingStroops: Stroops,
  settledStroops: Stroops,
  totalWebhooks: Count,
  usageKeys: Type.Integer({ minimum: 0, description: "AgentPay's name of `accounts`." }),
  lifetimeRequests: Type.Integer({ minimum: 0, description: "AgentPay's name of `recordedRequests`." }),
  settledStroopsTotal: Type.String({ ...Stroops, description: "AgentPay's name of `settledStroops`." }),
  settlementsTotal: Count,
  paused: Type.Boolean({ description: 'Whether writes are paused by the operator.' }),
});

export const Version = Type.Object({ name: Type.Literal('billonce'), version: Type.String() });

export const DocsAssetParams = Type.Object({
  asset: Type.String({
    description: 'A file of the page.',
    pattern: explained('^[a-z.-]{1,64}$', 'must be the name of a file of the page'),
    examples: ['start.js'],
  }),
});

export const OpenApiDocument = Type.Object(
  { openapi: Type.String({ examples: ['3.1.0'] }) },
  { additionalProperties: true },
);

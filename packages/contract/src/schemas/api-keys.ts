import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';
import {
  AddressRange,
  Agent,
  EffectiveWithinMs,
  EpochMs,
  ServiceId,
  Tenant,
  Timestamp,
  TimestampOrNull,
} from './identifiers.ts';
import { Cursor, clampedLimit, Offset, pagedToEnd } from './pages.ts';

const Label = Type.String({
  description: `What the key is for: 1-${bounds.labelLength} characters, not blank.`,
  minLength: 1,
  maxLength: bounds.labelLength,
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
          'A key that clients already use, such as one of AgentPay. It must be random: 32 hexadecimal digits from a secure source. If omitted, the server generates a key.',
        examples: [`apk_5c1d7e9b${'0f'.repeat(12)}`],
      }),
    ),
    tenant: Type.Optional(Tenant),
    expiresAt: Type.Optional(Type.String({ ...Timestamp, examples: ['2099-01-01T00:00:00.000Z'] })),
    scopes: Type.Optional(scopesOf(`${whatScopesMean} If omitted, all of them.`)),
    agent: Type.Optional(
      Type.String({ ...Agent, description: 'The only agent that the key may be used for.' }),
    ),
    serviceId: Type.Optional(
      Type.String({ ...ServiceId, description: 'The only service that the key may be used for.' }),
    ),
    allowedAddresses: Type.Optional(
      Type.Array(AddressRange, {
        description: 'The addresses from which the key may be used; if omitted, from everywhere.',
        minItems: 1,
        maxItems: bounds.addressRangesOfKey,
      }),
    ),
  },
  { additionalProperties: false },
);

export const ApiKeyPrefix = Type.String({ pattern: '^apk_[0-9a-f]{8}$', examples: ['apk_0f3a9b2c'] });

export const keyRights = {
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
  expiresAt: TimestampOrNull,
  ...keyRights,
});

export const ApiKeyRotation = Type.Object(
  {
    graceMs: Type.Optional(
      Type.Integer({
        description: 'How long the old key is still accepted, in milliseconds.',
        minimum: 0,
        maximum: bounds.graceMs,
        default: bounds.graceMsDefault,
      }),
    ),
  },
  { additionalProperties: false },
);

export const ApiKeyRotated = Type.Object({
  ...ApiKeyCreated.properties,
  oldPrefix: ApiKeyPrefix,
  oldExpiresAt: TimestampOrNull,
  effectiveWithinMs: EffectiveWithinMs,
});

export const ApiKeyList = Type.Object({
  items: Type.Array(
    Type.Object({
      prefix: ApiKeyPrefix,
      label: Label,
      tenant: Tenant,
      createdAt: EpochMs,
      createdTimestamp: Timestamp,
      expiresAt: TimestampOrNull,
      revokedAt: Type.Union([Timestamp, Type.Null()], {
        description: 'Null for a key that is not revoked.',
      }),
      lastUsedAt: Type.Union([Timestamp, Type.Null()], {
        description:
          'The minute in which the key was last used; it is written up to a minute later. Null: never.',
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
        description: 'Whether revoked keys are listed, too.',
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

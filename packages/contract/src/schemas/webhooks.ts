import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { EventType } from './events.ts';
import { explained } from './explained-pattern.ts';
import { EpochMs, Timestamp, Uuid } from './identifiers.ts';
import { Cursor, Offset, PageLimit, pagedToEnd } from './pages.ts';

const Url = Type.String({
  description: `The URL to which events are delivered: https, a public address, at most ${bounds.webhookUrlLength.toLocaleString('en-US')} characters. http where the operator allows it.`,
  minLength: 1,
  maxLength: bounds.webhookUrlLength,
  pattern: explained(
    '^https?://[\\x21-\\x7e]+$',
    'must be a URL without spaces that begins with https://, or http:// where the operator allows it',
  ),
  examples: ['https://billing.example/hooks'],
});

const DeliveredType = Type.Union([EventType, Type.Literal('*')]);

const Events = Type.Array(DeliveredType, {
  description: 'The types of event to deliver; `*` is every type.',
  minItems: 1,
  maxItems: bounds.eventTypes,
  uniqueItems: true,
  examples: [['usage.settled']],
});

const SentEvents = Type.Array(DeliveredType, {
  description: 'The types of event to deliver; `*` is every type. A type that is sent twice is stored once.',
  minItems: 1,
  maxItems: bounds.eventTypesSent,
  examples: [['usage.settled']],
});

export const WebhookCreate = Type.Object({ url: Url, events: SentEvents }, { additionalProperties: false });

export const WebhookChange = Type.Object(
  { url: Type.Optional(Url), events: Type.Optional(SentEvents), disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

export const Webhook = Type.Object({
  id: Uuid,
  url: Type.String({
    ...Url,
    description:
      'The URL to which events are delivered. An API key without the scope `manage` sees only its origin, because the rest may contain a secret.',
  }),
  events: Events,
  disabled: Type.Boolean(),
  disabledReason: Type.Union(
    [
      Type.Literal('by_request'),
      Type.Literal('gone'),
      Type.Literal('failing'),
      Type.Literal('unproven'),
      Type.Null(),
    ],
    {
      description:
        '`by_request`: a request disabled it. `gone`: the receiver answered 410. `failing`: 50 attempts in a row failed, over 5 days or more. `unproven`: the receiver has not echoed the challenge yet. `PATCH` with `"disabled": false` enables it unless it is `unproven`, and pending deliveries continue.',
    },
  ),
  disabledAt: Type.Union([Timestamp, Type.Null()], {
    description: 'When it was disabled.',
  }),
  ownership: Type.Union([Type.Literal('not_required'), Type.Literal('pending'), Type.Literal('proven')], {
    description:
      'Whether the receiver has to prove that it wants the messages (`WEBHOOK_OWNERSHIP_PROOF`). While it is `pending`, only `webhook.test` is delivered: the answer to it must be a 2xx that is `data.challenge`, alone or as `{"challenge":"…"}`.',
  }),
  failures: Type.Integer({
    description: 'Attempts that failed since the last delivery that succeeded.',
    minimum: 0,
  }),
  failingSince: Type.Union([Timestamp, Type.Null()], {
    description: 'When the first of these attempts failed.',
  }),
  createdAt: EpochMs,
  createdTimestamp: Timestamp,
  formerSecretUntil: Type.Union([Timestamp, Type.Null()], {
    description: 'Until when messages are also signed with the previous secret.',
  }),
});

export const WebhookCreated = Type.Object({
  ...Webhook.properties,
  secret: Type.String({
    description: 'The signing secret (Standard Webhooks), shown once.',
    pattern: '^whsec_[A-Za-z0-9+/]{43}=$',
    examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='],
  }),
});

export const SecretRotation = Type.Object(
  {
    graceMs: Type.Optional(
      Type.Integer({
        description: 'How long messages are also signed with the old secret, in milliseconds. 0: not at all.',
        minimum: 0,
        maximum: bounds.graceMs,
        default: bounds.graceMsDefault,
      }),
    ),
  },
  { additionalProperties: false },
);

export const WebhookList = Type.Object({
  items: Type.Array(Webhook),
  total: Type.Integer({ description: 'All webhooks of the tenant.', minimum: 0 }),
  ...pagedToEnd,
});

/** The id of a webhook. With any other text, no webhook is found. */
export const WebhookId = Type.String({ ...Uuid, 'x-not-found-if-invalid': true });

export const WebhookParams = Type.Object({ id: WebhookId });

export const WebhookFilter = Type.Object(
  { cursor: Type.Optional(Cursor), offset: Type.Optional(Offset), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

import Type from 'typebox';
import { explained } from './explained-pattern.ts';
import { Cursor, followedPage, Offset, PageLimit, pagedToEnd, Timestamp, Uuid } from './identifiers.ts';

/** Every type of event. */
const EventType = Type.Union(
  [
    Type.Literal('usage.recorded'),
    Type.Literal('usage.reversed'),
    Type.Literal('usage.settled'),
    Type.Literal('credit.written_off'),
    Type.Literal('service.registered'),
    Type.Literal('service.changed'),
    Type.Literal('service.disabled'),
    Type.Literal('service.enabled'),
    Type.Literal('service.deleted'),
    Type.Literal('webhook.test'),
  ],
  { examples: ['usage.settled'] },
);

const Url = Type.String({
  description:
    'Where events are delivered to: https, a public address, at most 2,048 characters. http where the operator allows it.',
  minLength: 1,
  maxLength: 2_048,
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
  maxItems: 16,
  uniqueItems: true,
  examples: [['usage.settled']],
});

const SentEvents = Type.Array(DeliveredType, {
  description: 'The types of event to deliver; `*` is every type. A type that is sent twice is stored once.',
  minItems: 1,
  maxItems: 100,
  examples: [['usage.settled']],
});

export const WebhookCreate = Type.Object({ url: Url, events: SentEvents }, { additionalProperties: false });

export const WebhookChange = Type.Object(
  { url: Type.Optional(Url), events: Type.Optional(SentEvents), disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

export const Webhook = Type.Object({
  id: Uuid,
  url: Url,
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
        '`by_request`: a request disabled it. `gone`: the receiver answered 410. `failing`: 50 attempts in a row failed, over 5 days or more. `unproven`: the receiver has not echoed the challenge yet. `PATCH` with `"disabled": false` enables it unless it is `unproven`, and what was pending goes on.',
    },
  ),
  disabledAt: Type.Union([Type.Integer(), Type.Null()], {
    description: 'When it was disabled, in milliseconds since the epoch.',
  }),
  ownership: Type.Union([Type.Literal('not_required'), Type.Literal('pending'), Type.Literal('proven')], {
    description:
      'Whether the receiver has to prove that it wants the messages (`WEBHOOK_OWNERSHIP_PROOF`). While it is `pending`, only `webhook.test` is delivered: the answer to it must be a 2xx that is `data.challenge`, alone or as `{"challenge":"…"}`.',
  }),
  failures: Type.Integer({
    description: 'Attempts that failed since the last delivery that succeeded.',
    minimum: 0,
  }),
  failingSince: Type.Union([Type.Integer(), Type.Null()], {
    description: 'When the first of these attempts failed, in milliseconds since the epoch.',
  }),
  createdAt: Type.Integer({ description: 'Milliseconds since the epoch.' }),
  formerSecretUntil: Type.Union([Type.Integer(), Type.Null()], {
    description:
      'Until when messages are signed with the secret before the last rotation too, in milliseconds since the epoch.',
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
        description:
          'For how long messages are signed with the old secret too, in milliseconds. 0: not at all.',
        minimum: 0,
        maximum: 30 * 86_400_000,
        default: 86_400_000,
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

/** A webhook that is named by anything else does not exist. */
const WebhookId = Type.String({ ...Uuid, 'x-not-found-if-invalid': true });

export const WebhookParams = Type.Object({ id: WebhookId });

export const DeliveryParams = Type.Object({ id: WebhookId, eventId: Uuid });

export const Delivery = Type.Object({
  eventId: Uuid,
  type: EventType,
  state: Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer({ description: 'Since it was asked for.', minimum: 0 }),
  nextAttemptAt: Type.Union([Timestamp, Type.Null()]),
  lastAttempt: Type.Union([
    Type.Object({
      at: Timestamp,
      outcome: Type.Union(
        [
          Type.Literal('delivered'),
          Type.Literal('gone'),
          Type.Literal('refused'),
          Type.Literal('timed_out'),
          Type.Literal('unreachable'),
          Type.Literal('forbidden_target'),
          Type.Literal('unproven'),
          Type.Literal('unreadable_secret'),
          Type.Literal('missing_event'),
        ],
        {
          description:
            '`delivered`: a 2xx. `gone`: a 410. `refused`: another status. `timed_out`: no answer in time. `unreachable`: no connection. `forbidden_target`: an address or protocol that the server does not connect to. `unproven`: a 2xx that does not echo the challenge. `unreadable_secret`: the server lacks the key of the signing secret. `missing_event`: the event is not in the books. After `gone`, `unreadable_secret` and `missing_event` the delivery is `failed` at once.',
        },
      ),
      status: Type.Union([Type.Integer(), Type.Null()]),
    }),
    Type.Null(),
  ]),
});

export const WebhookTested = Type.Object({
  id: Type.String({ ...Uuid, description: 'The webhook.' }),
  deliveredAt: Type.Null({
    description: 'Not delivered yet: the deliveries of the webhook report the result.',
  }),
  simulated: Type.Literal(false),
  ...Delivery.properties,
});

export const DeliveryList = Type.Object({ items: Type.Array(Delivery), ...followedPage });

export const PageQuery = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

export const WebhookFilter = Type.Object(
  { cursor: Type.Optional(Cursor), offset: Type.Optional(Offset), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

/** A moment, as a timestamp or in milliseconds since the epoch. */
const Moment = [
  Timestamp,
  Type.String({
    pattern: explained('^-?\\d{1,20}(?:\\.\\d{1,20})?$', 'must be milliseconds since the epoch'),
    examples: ['1780000000000'],
  }),
];

const since = 'From this moment on: a timestamp, or milliseconds since the epoch.';

export const EventFilter = Type.Object(
  {
    since: Type.Optional(
      Type.Union(Moment, {
        description: `${since} Another value is ignored.`,
        'x-ignored-if-invalid': true,
      }),
    ),
    type: Type.Optional(
      Type.String({
        description: 'Only events of this type. A type that does not exist has none.',
        maxLength: 1_024,
        format: 'storable-text',
        examples: ['usage.settled'],
      }),
    ),
    order: Type.Optional(
      Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
        description:
          'Oldest or newest first. Name it to follow the list: `nextCursor` is then never null. Without it, a list with `since` is oldest first, and one without is newest first.',
      }),
    ),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

const Data = Type.Object({}, { description: 'What happened: an entry, a settlement, a service.' });

const Event = Type.Object({
  id: Uuid,
  type: EventType,
  timestamp: Timestamp,
  data: Data,
  ts: Type.Integer({ description: '`timestamp` in milliseconds since the epoch.' }),
  payload: Type.Object(
    {},
    {
      description:
        'The same as `data`; of usage and reversals also `total`, the outstanding requests of the account after it.',
    },
  ),
});

export const EventList = Type.Object({
  total: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'How many events match `since` and `type`, counted among the first 10,000 entries, settlements and other events each. Absent when the list was begun with an `order`.',
    }),
  ),
  items: Type.Array(Event),
  ...pagedToEnd,
  nextCursor: Type.Union([Cursor, Type.Null()], {
    description:
      'Send it as `cursor`. If the request that began the list named an `order`, it continues the list, also after the last page; without, it is null there.',
  }),
});

export const EventSummaryFilter = Type.Object(
  { since: Type.Optional(Type.Union(Moment, { description: since })) },
  { additionalProperties: false },
);

const Count = Type.Integer({ minimum: 0 });

export const EventSummary = Type.Object({
  since: Timestamp,
  total: Count,
  counts: Type.Object({
    'usage.recorded': Count,
    'usage.reversed': Count,
    'usage.settled': Count,
    'credit.written_off': Count,
    'service.registered': Count,
    'service.changed': Count,
    'service.disabled': Count,
    'service.enabled': Count,
    'service.deleted': Count,
    'webhook.test': Count,
  }),
  complete: Type.Boolean({ description: 'False when there were too many to count all of them.' }),
});

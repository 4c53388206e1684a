import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';
import { Timestamp, Uuid } from './identifiers.ts';
import { Cursor, PageLimit, pagedToEnd } from './pages.ts';

/** Every type of event. */
export const EventType = Type.Union(
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
    Type.Literal('limit.reached'),
    Type.Literal('balance.granted'),
    Type.Literal('balance.low'),
    Type.Literal('balance.exhausted'),
    Type.Literal('grant.expired'),
    Type.Literal('hold.created'),
    Type.Literal('hold.captured'),
    Type.Literal('hold.released'),
    Type.Literal('hold.lapsed'),
    Type.Literal('webhook.test'),
  ],
  { examples: ['usage.settled'] },
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
        maxLength: bounds.searchLength,
        format: 'storable-text',
        examples: ['usage.settled'],
      }),
    ),
    order: Type.Optional(
      Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
        description:
          'Oldest or newest first. Send it to follow the list: `nextCursor` is then never null. If omitted, a list with `since` is oldest first, and a list without it newest first.',
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
        'How many events match `since` and `type`, counted among the first 10,000 entries, settlements and other events each. Absent if the first request of the list had an `order`.',
    }),
  ),
  items: Type.Array(Event),
  ...pagedToEnd,
  nextCursor: Type.Union([Cursor, Type.Null()], {
    description:
      'Send it as `cursor`. If the first request of the list had an `order`, it continues the list, also after the last page; otherwise it is null after the last page.',
  }),
  followCursor: Type.Optional(
    Type.String({
      ...Cursor,
      description:
        'Send it as `cursor` to follow the list: it gives the events after the newest one of this page, oldest first. Absent if the first request of the list had an `order`: `nextCursor` continues it.',
    }),
  ),
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
    'limit.reached': Count,
    'balance.granted': Count,
    'balance.low': Count,
    'balance.exhausted': Count,
    'grant.expired': Count,
    'hold.created': Count,
    'hold.captured': Count,
    'hold.released': Count,
    'hold.lapsed': Count,
    'webhook.test': Count,
  }),
  complete: Type.Boolean({ description: 'False if there were too many to count all of them.' }),
});

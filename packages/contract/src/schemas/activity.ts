import Type from 'typebox';
import { Stroops, Timestamp } from './identifiers.ts';
import { clampedLimit } from './pages.ts';

const Count = Type.Integer({ minimum: 0 });

export const Activity = Type.Object({
  since: Type.String({ ...Timestamp, description: 'When this instance of the server started to count.' }),
  outcomes: Type.Object(
    { executed: Count, replayed: Count, conflict: Count, expired: Count, refused: Count, fault: Count },
    {
      description:
        'Writes with their outcomes. `executed`: carried out. `replayed`: a retry that got the first answer. `conflict`: the key was used for another request. `expired`: a retry whose answer is gone. `refused`: not carried out. `fault`: the server could not carry it out.',
    },
  ),
  retriesNotBilled: Type.Object(
    {
      retries: Type.Integer({ minimum: 0, description: 'Items of usage.' }),
      requests: Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' }),
      stroops: Type.String({
        ...Stroops,
        description:
          'At the price in force when the retries arrived; services in other assets than XLM are not included.',
      }),
    },
    {
      description:
        'Usage that was sent again and recorded only once, recognized by its key or by its usage id.',
    },
  ),
});

export const UsageSpanFilter = Type.Object(
  {
    from: Type.Optional(
      Type.String({ ...Timestamp, description: 'The beginning; 24 hours before `to` without it.' }),
    ),
    to: Type.Optional(Type.String({ ...Timestamp, description: 'The end; now without it.' })),
    spans: Type.Optional(clampedLimit(200, 24)),
  },
  { additionalProperties: false },
);

export const UsageOverTime = Type.Object({
  items: Type.Array(
    Type.Object({
      from: Timestamp,
      to: Type.String({ ...Timestamp, description: 'The end; not part of the span.' }),
      entries: Type.Integer({ minimum: 0, description: 'Entries of usage.' }),
      requests: Type.Integer({ minimum: 0, description: 'Sent with all digits, also beyond 2^53.' }),
    }),
    { description: 'Spans of the same length, the oldest first.' },
  ),
  complete: Type.Boolean({ description: 'False if there were too many entries to add up all of them.' }),
});

import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { Timestamp } from './identifiers.ts';

const Count = Type.Integer({ minimum: 0 });

const Retries = Type.Object(
  {
    since: Type.String({
      ...Timestamp,
      description:
        'Earlier retries are not counted. It is the start of the instance, or later if many other keys were retried since.',
    }),
    replayed: Type.Integer({ ...Count, description: 'Retries that got the first answer.' }),
    conflict: Type.Integer({ ...Count, description: 'Other requests with the key, which were refused.' }),
    expired: Type.Integer({ ...Count, description: 'Retries that were refused because the answer is gone.' }),
    last: Type.Array(
      Type.Object({
        at: Timestamp,
        outcome: Type.Union([Type.Literal('replayed'), Type.Literal('conflict'), Type.Literal('expired')]),
      }),
      { maxItems: bounds.retriesShown, description: 'The last of them, the newest first.' },
    ),
  },
  {
    description:
      'Retries with the key, as this instance has counted them in memory since `since`. Requests to other instances, and requests before a restart, are not included.',
  },
);

export const KeyState = Type.Object({
  state: Type.Union([Type.Literal('remembered'), Type.Literal('tombstone')]),
  firstSeenAt: Timestamp,
  method: Type.String(),
  path: Type.String(),
  status: Type.Optional(Type.Integer()),
  location: Type.Optional(Type.String()),
  expiresAt: Timestamp,
  retries: Retries,
});

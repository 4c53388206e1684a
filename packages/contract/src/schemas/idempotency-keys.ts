import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { Timestamp } from './identifiers.ts';

const Count = Type.Integer({ minimum: 0 });

const Retries = Type.Object(
  {
    since: Type.String({
      ...Timestamp,
      description:
        'What came before is not counted: when the instance started, or later if since then many other keys came again.',
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
      'What came again with the key, as the instance that answers has counted it in its memory since `since`. Requests to other instances, and those before a restart, are not in it.',
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

import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';
import { Requests, UsageId, Uuid } from './identifiers.ts';

const IdempotencyKey = Type.String({
  description: 'The Idempotency-Key of a `POST /usage`, without quotes.',
  minLength: 1,
  maxLength: bounds.keyLength,
  pattern: explained('^[\\x21-\\x7e]+$', 'may contain visible ASCII characters and no spaces'),
});

/** The items of a collector's log: usage by its id, or by the key of the request that reported it. */
export const ReconcileRequest = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        { id: Type.Optional(UsageId), key: Type.Optional(IdempotencyKey), requests: Requests },
        { additionalProperties: false },
      ),
      {
        minItems: 1,
        maxItems: bounds.reconcileItems,
        description: 'Each names either its `id` or its `key`.',
        examples: [[{ id: '7c2f-000000000042-5d1e', requests: 374 }]],
      },
    ),
  },
  { additionalProperties: false },
);

export const ReconcileResults = Type.Object({
  results: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0 }),
      status: Type.Union([Type.Literal('matched'), Type.Literal('missing'), Type.Literal('different')], {
        description: '`missing` may still arrive.',
      }),
      entryId: Type.Optional(Uuid),
      requests: Type.Optional(
        Type.Integer({ ...Requests, description: 'What was recorded, when it differs.' }),
      ),
    }),
  ),
});

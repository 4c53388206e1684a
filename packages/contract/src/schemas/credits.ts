import Type, { type Static } from 'typebox';
import { Reason } from './identifiers.ts';
import { ExpectedAmount, ExpectedStroops } from './quotes.ts';

export const WriteOffRequest = Type.Object(
  {
    reason: Reason,
    kind: Type.Optional(
      Type.Union([Type.Literal('write_off'), Type.Literal('paid_out')], {
        description:
          '`write_off`: the credit is given up (the default). `paid_out`: the agent was paid outside.',
        examples: ['paid_out'],
      }),
    ),
    expectedStroops: Type.Optional(ExpectedStroops),
    expectedAmount: Type.Optional(ExpectedAmount),
  },
  {
    additionalProperties: false,
    examples: [{ reason: 'the customer left', kind: 'paid_out', expectedStroops: '93500' }],
  },
);
export type WriteOffRequest = Static<typeof WriteOffRequest>;

import Type from 'typebox';
import { explained } from './explained-pattern.ts';

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

import type { OperationSpec } from '../operation-spec.ts';
import { ErrorCodeParams, ErrorCodeRow } from '../schemas/errors.ts';

/** The pages of the error codes. */
export const errorsOperations = {
  readErrorCode: {
    method: 'GET',
    path: '/api/v1/errors/{code}',
    summary: 'The page about an error code, to which the `type` of a problem points',
    description: 'Returns the status, the meaning and the advice of an error code.',
    access: 'open',
    params: ErrorCodeParams,
    successes: { 200: { description: 'The status, title and advice of the code.', schema: ErrorCodeRow } },
    errors: ['not_found'],
  },
} as const satisfies Record<string, OperationSpec>;

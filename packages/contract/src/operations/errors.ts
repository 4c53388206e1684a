import type { OperationSpec } from '../operation-spec.ts';
import { ErrorCodeParams, ErrorCodeRow } from '../schemas/errors.ts';

/** The pages of the error codes. */
export const errorsOperations = {
  readErrorCode: {
    method: 'GET',
    path: '/api/v1/errors/{code}',
    summary: 'What an error code means: the page that the `type` of a problem names',
    access: 'open',
    params: ErrorCodeParams,
    successes: { 200: { description: 'Its row of the table.', schema: ErrorCodeRow } },
    errors: ['not_found'],
  },
} as const satisfies Record<string, OperationSpec>;

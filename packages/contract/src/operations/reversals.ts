import { location, type OperationSpec } from '../operation-spec.ts';
import { Entry } from '../schemas/entries.ts';
import { AccountParams, IdParams } from '../schemas/identifiers.ts';
import { AccountCleared, ReverseRequest } from '../schemas/reversals.ts';

/** Reversals of usage. */
export const reversalsOperations = {
  reverseEntry: {
    method: 'POST',
    path: '/api/v1/entries/{id}/reverse',
    summary: 'Take back one entry, or a part of it, at its own price version',
    description:
      'Adds an entry that reverses usage, in whole or in part, at its original price. The old entry and its bill stay as they were; billed usage becomes a credit, and drawn money returns to the balance.',
    access: 'tenant',
    params: IdParams,
    body: ReverseRequest,
    successes: { 201: { description: 'The reversal.', schema: Entry, headers: location } },
    errors: ['not_found', 'already_reversed', 'not_reversible', 'invalid_quantity', 'limit_exceeded'],
  },
  clearAccount: {
    method: 'DELETE',
    path: '/api/v1/usage/{agent}/{serviceId}',
    summary: 'Reverse all outstanding usage of an account by one entry; nothing is erased',
    description:
      'Adds one entry that reverses everything outstanding on the account. Settled usage is not affected.',
    access: 'tenant',
    params: AccountParams,
    successes: {
      200: {
        description: 'What was reversed; with nothing outstanding no entry is made.',
        schema: AccountCleared,
        headers: location,
      },
    },
    errors: ['not_found', 'limit_exceeded'],
  },
} as const satisfies Record<string, OperationSpec>;

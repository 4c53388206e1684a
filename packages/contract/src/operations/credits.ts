import { location, type OperationSpec } from '../operation-spec.ts';
import { WriteOffRequest } from '../schemas/credits.ts';
import { Entry } from '../schemas/entries.ts';
import { AccountParams } from '../schemas/identifiers.ts';

/** The write-off of a credit that no later usage consumes. */
export const creditsOperations = {
  writeOffCredit: {
    method: 'POST',
    path: '/api/v1/credits/{agent}/{serviceId}/write-off',
    summary: 'Write off the whole credit of an account, or record that it was paid out',
    description:
      'Adds an entry that removes the whole credit of an account, because it was given up or paid out. It happens once: without a credit it is refused.',
    access: 'tenant',
    params: AccountParams,
    body: WriteOffRequest,
    successes: {
      201: {
        description:
          'The entry that writes off the credit. Entries that no settlement covered were settled first, with a bill of 0.',
        schema: Entry,
        headers: location,
      },
    },
    errors: ['not_found', 'no_credit', 'quote_changed', 'limit_exceeded', 'asset_mismatch'],
  },
} as const satisfies Record<string, OperationSpec>;

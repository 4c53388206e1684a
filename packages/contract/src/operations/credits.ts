import { location, type OperationSpec } from '../operation-spec.ts';
import { WriteOffRequest } from '../schemas/credits.ts';
import { Entry } from '../schemas/entries.ts';
import { AccountParams } from '../schemas/identifiers.ts';

/** What ends a credit that no later usage uses up. */
export const creditsOperations = {
  writeOffCredit: {
    method: 'POST',
    path: '/api/v1/credits/{agent}/{serviceId}/write-off',
    summary: 'Write off the whole credit of an account, or note that it was paid out',
    access: 'tenant',
    params: AccountParams,
    body: WriteOffRequest,
    successes: {
      201: {
        description:
          'The entry that writes the credit off. Entries that no settlement covers were settled before it, for a bill of 0.',
        schema: Entry,
        headers: location,
      },
    },
    errors: ['not_found', 'no_credit', 'quote_changed', 'limit_exceeded', 'asset_mismatch'],
  },
} as const satisfies Record<string, OperationSpec>;

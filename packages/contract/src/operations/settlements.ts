import { attachment, location, type OperationSpec } from '../operation-spec.ts';
import { EntryList } from '../schemas/entries.ts';
import { IdParams } from '../schemas/identifiers.ts';
import { PageFilter } from '../schemas/pages.ts';
import {
  SettleBulkRequest,
  Settled,
  SettledBulk,
  Settlement,
  SettlementExport,
  SettlementFilter,
  SettlementList,
  SettleRequest,
} from '../schemas/settlements.ts';

/** Bills. */
export const settlementsOperations = {
  settle: {
    method: 'POST',
    path: '/api/v1/settle',
    summary: 'Settle an account: bill its outstanding usage once',
    description:
      'Makes an immutable bill of the outstanding usage up to `through`, or of all of it. With `expectedStroops`, `expectedAmount` or `If-Match` it is refused with `quote_changed` if the quote has changed.',
    access: 'tenant',
    body: SettleRequest,
    takesIfMatch: true,
    successes: {
      200: {
        description: 'Settled; with nothing outstanding no settlement is made.',
        schema: Settled,
        headers: location,
      },
    },
    errors: ['not_found', 'quote_changed', 'limit_exceeded', 'asset_mismatch'],
  },
  settleBulk: {
    method: 'POST',
    path: '/api/v1/settle/bulk',
    summary: 'Settle every account of an agent, in one commit',
    description:
      'Makes a bill for each account of the agent, all in one commit. Accounts that cannot be billed are listed in `skipped` with the reason.',
    access: 'tenant',
    body: SettleBulkRequest,
    successes: { 200: { description: 'A bill for each account.', schema: SettledBulk } },
    errors: ['limit_exceeded'],
  },
  listSettlements: {
    method: 'GET',
    path: '/api/v1/settlements',
    summary: 'Settlements in the order in which they were made',
    description: 'Lists bills page by page. Send `nextCursor` as `cursor` to continue.',
    access: 'tenant',
    query: SettlementFilter,
    successes: {
      200: {
        description: 'A page; a page before the last may be short.',
        schema: SettlementList,
      },
    },
    errors: ['overloaded'],
  },
  readSettlement: {
    method: 'GET',
    path: '/api/v1/settlements/{id}',
    summary: 'One settlement',
    description: 'Returns a bill with its lines and the range of entries that it covers.',
    access: 'tenant',
    params: IdParams,
    successes: { 200: { description: 'The immutable bill.', schema: Settlement } },
    errors: ['not_found'],
  },
  listSettlementEntries: {
    method: 'GET',
    path: '/api/v1/settlements/{id}/entries',
    summary: 'The entries that a settlement covers',
    description: 'Lists the entries from which a bill was calculated, page by page.',
    access: 'tenant',
    params: IdParams,
    query: PageFilter,
    successes: {
      200: {
        description: 'A page, in the order of the account.',
        schema: EntryList,
      },
    },
    errors: ['not_found', 'overloaded'],
  },
  exportSettlementsCsv: {
    method: 'GET',
    path: '/api/v1/settlements.csv',
    summary: 'All settlements that match the filters, streamed as CSV (RFC 4180)',
    description: 'Streams all bills that match the filters as CSV.',
    access: 'tenant',
    query: SettlementExport,
    successes: {
      200: { description: 'The settlements made until now.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

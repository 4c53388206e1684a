import { attachment, type OperationSpec } from '../operation-spec.ts';
import { EntryExport, EntryExported, EntryFilter, EntryList, KnownEntry } from '../schemas/entries.ts';
import { IdParams } from '../schemas/identifiers.ts';

/** The entries of the ledger. */
export const entriesOperations = {
  listEntries: {
    method: 'GET',
    path: '/api/v1/entries',
    summary: 'Usage entries in the order in which they were recorded',
    description:
      'Lists usage, reversals and write-offs page by page. Send `nextCursor` as `cursor` to continue; a client that polls with it sees each entry once.',
    access: 'tenant',
    query: EntryFilter,
    successes: {
      200: {
        description: 'A page; a page before the last may be short.',
        schema: EntryList,
      },
    },
    errors: ['overloaded'],
  },
  readEntry: {
    method: 'GET',
    path: '/api/v1/entries/{id}',
    summary: 'One usage entry',
    description: 'Returns an entry with its price, its bill, and how much of it was reversed.',
    access: 'tenant',
    params: IdParams,
    successes: { 200: { description: 'The entry.', schema: KnownEntry } },
    errors: ['not_found'],
  },
  exportEntriesJson: {
    method: 'GET',
    path: '/api/v1/entries/export.json',
    summary: 'All entries that match the filters, streamed as one JSON document',
    description:
      'Streams all entries that match the filters. Use it for files; to follow new entries, poll the list.',
    access: 'tenant',
    query: EntryExport,
    successes: {
      200: { description: 'The entries recorded until now.', schema: EntryExported, headers: attachment },
    },
    errors: ['overloaded'],
  },
  exportEntriesCsv: {
    method: 'GET',
    path: '/api/v1/entries/export.csv',
    summary: 'All entries that match the filters, streamed as CSV (RFC 4180)',
    description:
      'Streams all entries that match the filters as CSV. A value that a spreadsheet could run as a formula has an apostrophe in front.',
    access: 'tenant',
    query: EntryExport,
    successes: {
      200: { description: 'The entries recorded until now.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

import * as reconcile from '../schemas/reconcile.ts';
import * as usage from '../schemas/usage.ts';
import { attachment, bulkBytesMax, location, type Operation } from './operation.ts';

/** What usage is recorded with and read by. */
export const usageOperations = {
  recordUsage: {
    method: 'POST',
    path: '/api/v1/usage',
    summary: 'Record usage of a service by an agent',
    access: 'tenant',
    body: usage.UsageItem,
    successes: {
      201: { description: 'Recorded.', schema: usage.UsageRecorded, headers: location },
      200: {
        description: 'This usage id was recorded before.',
        schema: usage.UsageRecorded,
        headers: location,
      },
    },
    errors: [
      'service_disabled',
      'service_deleted',
      'usage_id_conflict',
      'limit_exceeded',
      'event_too_old',
      'event_in_future',
    ],
  },
  recordUsageBulk: {
    method: 'POST',
    path: '/api/v1/usage/bulk',
    summary: 'Record many usage items, each with its result',
    access: 'tenant',
    query: usage.UsageBulkMode,
    body: usage.UsageBulk,
    bodyBytesMax: bulkBytesMax,
    successes: {
      201: { description: 'A result for each item, in their order.', schema: usage.UsageBulkResults },
    },
    errors: ['bulk_rejected'],
  },
  reconcile: {
    method: 'POST',
    path: '/api/v1/reconcile',
    summary: 'Compare a log with what was recorded; a read',
    access: 'tenant',
    reads: true,
    body: reconcile.ReconcileRequest,
    bodyBytesMax: bulkBytesMax,
    successes: {
      200: { description: 'A result for each item, in their order.', schema: reconcile.ReconcileResults },
    },
    errors: ['overloaded'],
  },
  exportUsageJson: {
    method: 'GET',
    path: '/api/v1/usage/export.json',
    summary: 'Outstanding requests of all accounts, streamed as one JSON document',
    access: 'tenant',
    successes: {
      200: { description: 'The totals.', schema: usage.UsageExported, headers: attachment },
    },
    errors: ['overloaded'],
  },
  exportUsageCsv: {
    method: 'GET',
    path: '/api/v1/usage/export.csv',
    summary:
      'Outstanding requests of all accounts, streamed as CSV with the columns agent, serviceId and total',
    access: 'tenant',
    successes: {
      200: { description: 'The totals.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
  exportEntriesJson: {
    method: 'GET',
    path: '/api/v1/entries/export.json',
    summary: 'All entries that the filters take, streamed as one JSON document',
    access: 'tenant',
    query: usage.EntryExport,
    successes: {
      200: { description: 'What was recorded until now.', schema: usage.EntryExported, headers: attachment },
    },
    errors: ['overloaded'],
  },
  exportEntriesCsv: {
    method: 'GET',
    path: '/api/v1/entries/export.csv',
    summary: 'All entries that the filters take, streamed as CSV (RFC 4180)',
    access: 'tenant',
    query: usage.EntryExport,
    successes: {
      200: { description: 'What was recorded until now.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
  clearAccount: {
    method: 'DELETE',
    path: '/api/v1/usage/{agent}/{serviceId}',
    summary: 'Reverse all outstanding usage of an account by one entry; nothing is erased',
    access: 'tenant',
    params: usage.AccountParams,
    successes: {
      200: {
        description: 'What was reversed; with nothing outstanding no entry is made.',
        schema: usage.AccountCleared,
        headers: location,
      },
    },
    errors: ['not_found'],
  },
  readAccount: {
    method: 'GET',
    path: '/api/v1/usage/{agent}/{serviceId}',
    summary: 'Outstanding requests of an account',
    access: 'tenant',
    params: usage.AccountParams,
    successes: { 200: { description: '0 when nothing is known.', schema: usage.AccountTotal } },
    errors: [],
  },
  listEntries: {
    method: 'GET',
    path: '/api/v1/entries',
    summary: 'Usage entries in the order in which they were recorded',
    access: 'tenant',
    query: usage.EntryFilter,
    successes: {
      200: {
        description: 'A page; it may be short before the last.',
        schema: usage.EntryList,
      },
    },
    errors: ['overloaded'],
  },
  readEntry: {
    method: 'GET',
    path: '/api/v1/entries/{id}',
    summary: 'One usage entry',
    access: 'tenant',
    params: usage.IdParams,
    successes: { 200: { description: 'The entry.', schema: usage.Entry } },
    errors: ['not_found'],
  },
  reverseEntry: {
    method: 'POST',
    path: '/api/v1/entries/{id}/reverse',
    summary: 'Take back one entry, whole, at its own price version',
    access: 'tenant',
    params: usage.IdParams,
    body: usage.ReverseRequest,
    successes: { 201: { description: 'The reversal.', schema: usage.Entry, headers: location } },
    errors: ['not_found', 'already_reversed', 'not_reversible'],
  },
} as const satisfies Record<string, Operation>;

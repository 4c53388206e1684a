import * as usage from '../schemas/usage.ts';
import { bulkBytesMax, location, type Operation } from './operation.ts';

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
    errors: ['usage_id_conflict', 'limit_exceeded', 'event_too_old', 'event_in_future'],
  },
  recordUsageBulk: {
    method: 'POST',
    path: '/api/v1/usage/bulk',
    summary: 'Record many usage items, each with a result of its own',
    access: 'tenant',
    body: usage.UsageBulk,
    bodyBytesMax: bulkBytesMax,
    successes: {
      201: { description: 'A result for each item, in their order.', schema: usage.UsageBulkResults },
    },
    errors: [],
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
    successes: { 200: { description: 'A page; it may be short before the last.', schema: usage.EntryList } },
    errors: [],
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
} as const satisfies Record<string, Operation>;

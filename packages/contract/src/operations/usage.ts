import { bounds } from '../bounds.ts';
import { attachment, location, type OperationSpec } from '../operation-spec.ts';
import { AccountParams } from '../schemas/identifiers.ts';
import {
  AccountTotal,
  UsageBulk,
  UsageBulkMode,
  UsageBulkResults,
  UsageExported,
  UsageItem,
  UsageRecorded,
} from '../schemas/usage.ts';

/** Usage as it is recorded, and its outstanding part. */
export const usageOperations = {
  recordUsage: {
    method: 'POST',
    path: '/api/v1/usage',
    summary: 'Record usage of a service by an agent',
    description:
      'Records one usage item on the account of an agent and a service, and draws its price from a prepaid balance. A retry with the same Idempotency-Key, or an item with a known `id`, is not recorded again.',
    access: 'tenant',
    body: UsageItem,
    successes: {
      201: { description: 'Recorded.', schema: UsageRecorded, headers: location },
      200: {
        description: 'This usage id was recorded before.',
        schema: UsageRecorded,
        headers: location,
      },
    },
    errors: [
      'invalid_quantity',
      'insufficient_balance',
      'service_disabled',
      'service_deleted',
      'service_unpriced',
      'usage_id_conflict',
      'limit_exceeded',
      'limit_reached',
      'event_too_old',
      'event_in_future',
    ],
  },
  recordUsageBulk: {
    method: 'POST',
    path: '/api/v1/usage/bulk',
    summary: 'Record many usage items, each with its result',
    description:
      'Records up to `BULK_MAX_ITEMS` items in one commit. Each item has its own result; with `mode=atomic` nothing is recorded if one item is refused.',
    access: 'tenant',
    query: UsageBulkMode,
    body: UsageBulk,
    bodyBytesMax: bounds.bulkBytes,
    successes: {
      201: { description: 'A result for each item, in their order.', schema: UsageBulkResults },
    },
    errors: ['bulk_rejected'],
  },
  readAccount: {
    method: 'GET',
    path: '/api/v1/usage/{agent}/{serviceId}',
    summary: 'Outstanding requests of an account',
    description: 'Returns the usage of an account that is neither settled nor reversed.',
    access: 'tenant',
    params: AccountParams,
    successes: { 200: { description: '0 when nothing is known.', schema: AccountTotal } },
    errors: [],
  },
  exportUsageJson: {
    method: 'GET',
    path: '/api/v1/usage/export.json',
    summary: 'Outstanding requests of all accounts, streamed as one JSON document',
    description: 'Streams the outstanding requests of every account of the tenant as one JSON document.',
    access: 'tenant',
    successes: {
      200: { description: 'The totals.', schema: UsageExported, headers: attachment },
    },
    errors: ['overloaded'],
  },
  exportUsageCsv: {
    method: 'GET',
    path: '/api/v1/usage/export.csv',
    summary:
      'Outstanding requests of all accounts, streamed as CSV with the columns agent, serviceId and total',
    description:
      'Streams the outstanding requests of every account of the tenant as CSV, one row for each account.',
    access: 'tenant',
    successes: {
      200: { description: 'The totals.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

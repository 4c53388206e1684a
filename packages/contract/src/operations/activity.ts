import type { OperationSpec } from '../operation-spec.ts';
import { Activity, UsageOverTime, UsageSpanFilter } from '../schemas/activity.ts';

/** The activity of an instance for a tenant. */
export const activityOperations = {
  readActivity: {
    method: 'GET',
    path: '/api/v1/activity',
    summary:
      "The outcomes of the tenant's writes on this instance since it started, and the charges that replayed retries avoided",
    description:
      'Counts writes by outcome in the memory of this instance, with the price of the usage that retries did not bill again.',
    access: 'tenant',
    successes: { 200: { description: 'Counts. They start again at 0 after a restart.', schema: Activity } },
    errors: [],
  },
  sumUsageOverTime: {
    method: 'GET',
    path: '/api/v1/usage/over-time',
    summary: 'Recorded usage, summed for each span of time',
    description:
      'Sums recorded usage for spans of equal length between two times. Later reversals do not change the sums.',
    access: 'tenant',
    query: UsageSpanFilter,
    successes: { 200: { description: 'The sums. Reversals do not count.', schema: UsageOverTime } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

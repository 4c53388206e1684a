import type { OperationSpec } from '../operation-spec.ts';
import { Activity } from '../schemas/activity.ts';

/** What an instance does for a tenant. */
export const activityOperations = {
  readActivity: {
    method: 'GET',
    path: '/api/v1/activity',
    summary:
      "The outcomes of the tenant's writes on this instance since it started, and what its retries spared",
    access: 'tenant',
    successes: { 200: { description: 'Counts. A restart begins them again.', schema: Activity } },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;

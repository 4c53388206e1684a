import type { OperationSpec } from '../operation-spec.ts';
import { Stats } from '../schemas/stats.ts';

/** The sums of a tenant's books. */
export const statsOperations = {
  readStats: {
    method: 'GET',
    path: '/api/v1/stats',
    summary: 'Totals of the books of the tenant',
    description:
      'Sums the books of the tenant: API keys, webhooks, services, agents, accounts, requests and amounts.',
    access: 'tenant',
    successes: { 200: { description: 'Sums over all accounts.', schema: Stats } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

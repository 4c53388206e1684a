import type { OperationSpec } from '../operation-spec.ts';
import { Audit } from '../schemas/audit.ts';

/** The audit of the books. */
export const auditOperations = {
  readAudit: {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'Recompute every total and bill from the entries, and look for missing administrative acts',
    description:
      'Recomputes the totals, bills, balances and limits of the tenant from its entries, and lists each difference. It changes nothing.',
    access: 'tenant',
    successes: { 200: { description: 'The finding.', schema: Audit } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

import { bounds } from '../bounds.ts';
import type { OperationSpec } from '../operation-spec.ts';
import { ReconcileRequest, ReconcileResults } from '../schemas/reconcile.ts';

/** A collector's log, compared with the recorded usage. */
export const reconcileOperations = {
  reconcile: {
    method: 'POST',
    path: '/api/v1/reconcile',
    summary: 'Compare a log with the recorded usage; a read',
    description:
      "Compares up to 10,000 items of a collector's log with the recorded usage by their ids, and reports each as matched, missing or different. It changes nothing and uses up no key.",
    access: 'tenant',
    reads: true,
    body: ReconcileRequest,
    bodyBytesMax: bounds.bulkBytes,
    successes: {
      200: { description: 'A result for each item, in their order.', schema: ReconcileResults },
    },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;

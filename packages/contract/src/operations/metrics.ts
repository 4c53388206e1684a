import type { OperationSpec } from '../operation-spec.ts';

/** Metrics of an instance. */
export const metricsOperations = {
  readMetrics: {
    method: 'GET',
    path: '/api/v1/metrics',
    summary: 'Metrics of this instance, for Prometheus',
    description: 'Returns the metrics in the text format of Prometheus.',
    access: 'admin',
    successes: {
      200: { description: "Prometheus's text format.", mediaType: 'text/plain' },
    },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;

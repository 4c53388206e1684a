import { AggregatorRegistry } from 'prom-client';
import type { MetricsText, MetricValues } from './metric-set.ts';

/** How the values of threads come to one, for metrics that are not in our table. */
function aggregatorOf({ name, aggregator }: MetricValues[number]): MetricValues[number]['aggregator'] {
  // The process has them, and each thread reports them.
  if (name.startsWith('process_')) return 'first';
  // An average over threads would hide the one that does not keep up.
  if (name.startsWith('nodejs_eventloop_lag')) return 'max';
  return aggregator;
}

/** The metrics of all threads of a process as one. */
export async function sumMetrics(threads: readonly MetricValues[]): Promise<MetricsText> {
  const values = threads.map((metrics) =>
    metrics.map((metric) => ({ ...metric, aggregator: aggregatorOf(metric) })),
  );
  const registry = AggregatorRegistry.aggregate(values);
  return { mediaType: registry.contentType, body: await registry.metrics() };
}

import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type LabelOf, type MetricEntry, type MetricName, metricTable, type NameOf } from './metric-table.ts';

/** Metrics with their values, as plain data. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Metrics in Prometheus's text format. */
export interface MetricsText {
  readonly mediaType: string;
  readonly body: string;
}

/** They list everything that is open, at each scrape: as much work as there are connections. */
const costly = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
];

/** Makes the metrics of the table, and has those of the process. */
export class MetricSet {
  readonly #registry = processMetrics();

  /** @param collect sets what is read at each scrape */
  counter<N extends NameOf<'counter'>>(
    name: N,
    collect?: (counter: Counter<LabelOf<N>>) => void | Promise<void>,
  ): Counter<LabelOf<N>> {
    return new Counter<LabelOf<N>>({
      ...this.#described(name),
      ...(collect && {
        collect() {
          this.reset();
          return collect(this);
        },
      }),
    });
  }

  /** @param collect sets what is read at each scrape */
  gauge<N extends NameOf<'gauge'>>(
    name: N,
    collect?: (gauge: Gauge<LabelOf<N>>) => void | Promise<void>,
  ): Gauge<LabelOf<N>> {
    return new Gauge<LabelOf<N>>({
      ...this.#described(name),
      ...(collect && {
        collect() {
          return collect(this);
        },
      }),
    });
  }

  histogram<N extends NameOf<'histogram'>>(name: N): Histogram<LabelOf<N>> {
    const buckets = [...metricTable[name].buckets];
    return new Histogram<LabelOf<N>>({ ...this.#described(name), buckets });
  }

  /** All metrics in Prometheus's text format. */
  async text(): Promise<MetricsText> {
    return { mediaType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  /** All metrics as plain data, for the sum over threads. */
  async values(): Promise<MetricValues> {
    return await this.#registry.getMetricsAsJSON();
  }

  #described<N extends MetricName>(name: N) {
    const { help, labels } = metricTable[name];
    const entry: MetricEntry = metricTable[name];
    const ofThreads: Aggregator = entry.ofThreads ?? 'sum';
    const labelNames: readonly LabelOf<N>[] = labels;
    return {
      name: `billonce_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      aggregator: ofThreads,
    };
  }
}

/** The metrics of the process and of Node, under the names that every exporter gives them. */
export function processMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of costly) registry.removeSingleMetric(name);
  return registry;
}

import { processMetrics } from '../apps/server/src/metrics/metric-set.ts';
import { type MetricEntry, metricTable } from '../apps/server/src/metrics/metric-table.ts';

const head = `# Metrics

\`npm run docs\` prints this page from \`apps/server/src/metrics/metric-table.ts\`. Do not edit it here.

\`GET /api/v1/metrics\` shows them in Prometheus's text format; it needs the admin key. Each instance shows its own counts. Those
of the books ("at the last audit"), of the database and of webhooks that wait are the same on every instance that shares a PostgreSQL: take
their maximum, not their sum. A scrape reads the database at most once in 5 s and waits for it for at most 1 s; then the metrics of the
database are left out and \`billonce_database_up\` is 0. [Watch a server](../how-to/watch-a-server.md) has rules for alerts and a dashboard.

[Watch a server](../how-to/watch-a-server.md) has rules for alerts and a dashboard.

`;
const tableHead = (more: string) => `| metric | type | labels | ${more} |\n| --- | --- | --- | --- |\n`;

/** The page on every metric that a server shows. */
export function metricsPage(): string {
  const ours = Object.entries<MetricEntry>(metricTable).map(([name, entry]) =>
    row(`billonce_${name}`, entry),
  );
  return [
    head,
    tableHead('what it shows'),
    ...ours,
    '\n## Reasons of storage faults\n\n',
    reasons,
    '\n## The process\n\nUnder the names that every exporter for Node gives them:\n\n',
    tableHead('what it shows'),
    ...processRows(),
  ].join('');
}

const reasons = `\`billonce_storage_faults_total\` has the same reasons on both engines: \`disk_full\`, \`io_error\`, \`damaged\`, \`read_only\`, \`contention\` (another
writer was first, or held a row for too long), \`connection\` (none was made, or it was lost), \`timeout\`, \`memory\`, \`rejected\` (the
statement was refused: a defect) and \`other\`. A batch that fails counts once for each of its requests.
`;

function row(name: string, { kind, labels, help, engine }: MetricEntry): string {
  const only = engine === undefined ? '' : ` Only on ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}.`;
  const names = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${kind} | ${names} | ${help}.${only} |\n`;
}

function processRows(): string[] {
  return processMetrics()
    .getMetricsAsArray()
    .map((metric) => {
      const labels: unknown = Reflect.get(metric, 'labelNames');
      const names = Array.isArray(labels) ? labels.map((label) => `\`${String(label)}\``).join(', ') : '';
      return `| \`${metric.name}\` | ${kindOf(metric)} | ${names} | ${metric.help.replace(/\.$/, '')}. |\n`;
    });
}

/** The class of a metric says its type. */
function kindOf(metric: object): string {
  return metric.constructor.name.toLowerCase();
}

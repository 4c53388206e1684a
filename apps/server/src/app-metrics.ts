import type { AppParts } from './app-parts.ts';
import type { Workers } from './app-workers.ts';
import { factsOf } from './fault-facts.ts';
import type { Desk } from './http/desk.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { PlacedReads } from './reads/placed-reads.ts';

/** The number of tenants that the metrics show by name: those that use most. */
const heaviestShown = 10;

/** Connects the metrics to the parts that answer requests; they are read at each scrape. */
export function watchRequests(
  metrics: Metrics,
  { ledger, writeProbe, rateBudgets }: Pick<Desk, 'ledger' | 'writeProbe' | 'rateBudgets'>,
): void {
  metrics.watchQueue(() => ledger.state);
  metrics.watchWrites(() => writeProbe.fault !== undefined);
  metrics.watchBudgets(() => rateBudgets.heaviest(heaviestShown));
}

/** Connects the metrics to the parts that exist once in a process; they are read at each scrape. */
export function watchProcess(
  { config, version, log, metrics, storage }: AppParts,
  reads: PlacedReads,
  { outbox }: Workers,
  droppedLogLines: () => number,
): void {
  metrics.watchLog(droppedLogLines);
  metrics.watchBuild({ version, node: process.version, engine: config.database.kind });
  metrics.watchDatabase({
    ...storage,
    onUnread: (error) => log.warn({ err: factsOf(error) }, 'the metrics of the database could not be read'),
  });
  metrics.watchReads(reads.places);
  metrics.watchTenants('reads', () => reads.byTenant());
  metrics.watchTenants('webhook_places', () => outbox.placesByTenant());
}

import type { AppParts } from './app-parts.ts';
import type { Workers } from './app-workers.ts';
import { factsOf } from './fault-facts.ts';
import type { Desk } from './http/desk.ts';

/** The number of tenants that the metrics show by name: those that use most. */
const heaviestShown = 10;

/** Lets the metrics read, at each scrape, what the parts know about themselves. */
export function watchParts(
  { config, version, log, metrics, storage }: AppParts,
  { ledger, reads, writeProbe, rateBudgets }: Desk,
  { outbox }: Workers,
  droppedLogLines: () => number,
): void {
  metrics.watchQueue(() => ledger.state);
  metrics.watchLog(droppedLogLines);
  metrics.watchBuild({ version, node: process.version, engine: config.database.kind });
  metrics.watchDatabase({
    ...storage,
    onUnread: (error) => log.warn({ err: factsOf(error) }, 'the metrics of the database could not be read'),
  });
  metrics.watchReads(reads.places);
  metrics.watchWrites(() => writeProbe.fault !== undefined);
  metrics.watchTenants('reads', () => reads.byTenant());
  metrics.watchTenants('webhook_places', () => outbox.placesByTenant());
  metrics.watchBudgets(() => rateBudgets.heaviest(heaviestShown));
}

import type { PlacesState } from '../reads/read-places.ts';
import type { MetricSet } from './metric-set.ts';

/** The places of reads, by their kind. */
export type ReadPlacesByKind = Readonly<Record<string, { readonly state: PlacesState }>>;

/** Shows the reads that need a place, by the kind of the place: those that run, wait, or were turned away. */
export function watchReads(set: MetricSet, places: ReadPlacesByKind): void {
  const each = (show: (kind: string, state: PlacesState) => void) => {
    for (const [kind, { state }] of Object.entries(places)) show(kind, state);
  };
  set.gauge('reads_running', (gauge) => each((kind, { running }) => gauge.labels(kind).set(running)));
  set.gauge('reads_waiting', (gauge) => each((kind, { waiting }) => gauge.labels(kind).set(waiting)));
  set.counter('reads_refused_total', (counter) =>
    each((kind, { refused }) => counter.labels(kind).inc(refused)),
  );
  set.counter('reads_aborted_total', (counter) =>
    each((kind, { aborted }) => counter.labels(kind).inc(aborted)),
  );
}

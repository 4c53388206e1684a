import { Counter, Gauge, type Registry } from 'prom-client';
import type { PlacesState } from '../reads/read-places.ts';

/** The places of reads, by their kind. */
export type ReadPlacesByKind = Readonly<Record<string, { readonly state: PlacesState }>>;

/** Shows the reads that need a place, by the kind of the place: those that run, wait, or were turned away. */
export function watchReads(registry: Registry, places: ReadPlacesByKind): void {
  const common = (name: string, help: string) => ({
    name: `billonce_${name}`,
    help,
    labelNames: ['kind'],
    registers: [registry],
  });
  const each = (show: (kind: string, state: PlacesState) => void) => {
    for (const [kind, { state }] of Object.entries(places)) show(kind, state);
  };
  const gauge = (name: string, help: string, read: (state: PlacesState) => number) =>
    new Gauge({
      ...common(name, help),
      collect() {
        each((kind, state) => this.labels(kind).set(read(state)));
      },
    });
  const counter = (name: string, help: string, read: (state: PlacesState) => number) =>
    new Counter({
      ...common(name, help),
      collect() {
        this.reset();
        each((kind, state) => this.labels(kind).inc(read(state)));
      },
    });
  gauge('reads_running', 'Reads that have a place', ({ running }) => running);
  gauge('reads_waiting', 'Reads that wait for a place', ({ waiting }) => waiting);
  counter('reads_refused_total', 'Reads that were refused because too many waited', ({ refused }) => refused);
  counter('reads_aborted_total', 'Reads that ended because their client had left', ({ aborted }) => aborted);
}

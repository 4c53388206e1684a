import type { JobArgs, JobName, JobResult, JobRunner } from './read-jobs.ts';
import { ReadPlaces } from './read-places.ts';

/**
 * A page reads a bounded number of rows; a walk reads everything that a tenant has. Walks have separate places, so that
 * pages never wait for one to end. All of them take turns on the threads, step by step, so there may be more places
 * than threads.
 */
export const placeLimits = {
  page: { runningMax: 8, runningOfTenantMax: 2, waitingMax: 2_000, waitingOfTenantMax: 200 },
  walk: { runningMax: 16, runningOfTenantMax: 1, waitingMax: 1_000, waitingOfTenantMax: 50 },
  // An export needs little memory between its parts. If it finds no place, it is refused immediately, because the
  // others may take long.
  export: { runningMax: 64, runningOfTenantMax: 4, waitingMax: 0, waitingOfTenantMax: 0 },
} as const;

/** The kinds of places for reads. */
export type PlaceKind = keyof typeof placeLimits;

/** A read of many rows, with what decides on its place. */
export interface PlacedRead<N extends JobName = JobName> {
  readonly kind: 'page' | 'walk';
  /** whose turn it uses */
  readonly tenant: string;
  readonly name: N;
  readonly args: JobArgs<N>;
  /** whether it waits no matter how many wait already: the caller limits the number of these */
  readonly isReserved: boolean;
}

/** Runs reads of many rows, each once it has a place. */
export interface PlacesReads {
  /** @throws {ReadRefused} if too many wait; {ReadAborted} soon after the signal; {StorageFault} if the database cannot be read */
  run<N extends JobName>(read: PlacedRead<N>, signal: AbortSignal): Promise<JobResult<N>>;
  /** Takes a place for an export, which must be given back once. */
  takeExportPlace(tenant: string, signal: AbortSignal): Promise<void>;
  giveBackExportPlace(tenant: string): void;
}

/** The places of a process for its reads, in front of what runs them. */
export class PlacedReads implements PlacesReads {
  readonly #jobs: JobRunner;
  readonly places: Readonly<Record<PlaceKind, ReadPlaces>> = {
    page: new ReadPlaces(placeLimits.page),
    walk: new ReadPlaces(placeLimits.walk),
    export: new ReadPlaces(placeLimits.export),
  };

  constructor(jobs: JobRunner) {
    this.#jobs = jobs;
  }

  run<N extends JobName>(
    { kind, tenant, name, args, isReserved }: PlacedRead<N>,
    signal: AbortSignal,
  ): Promise<JobResult<N>> {
    return this.places[kind].run(tenant, signal, () => this.#jobs.run({ name, args }, signal), isReserved);
  }

  takeExportPlace(tenant: string, signal: AbortSignal): Promise<void> {
    return this.places.export.take(tenant, signal);
  }

  giveBackExportPlace(tenant: string): void {
    this.places.export.giveBack(tenant);
  }

  /** Reads of all kinds that run or wait, by tenant; without those of the operator. */
  byTenant(): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const places of Object.values(this.places)) {
      for (const [tenant, reads] of places.byTenant()) {
        if (tenant !== '') all.set(tenant, (all.get(tenant) ?? 0) + reads);
      }
    }
    return all;
  }
}

import type { Socket } from 'node:net';
import type { OperationName } from '@billonce/contract';
import type { JobArgs, JobName, JobResult, JobRunner } from '../reads/read-jobs.ts';
import { ReadAborted, ReadPlaces, ReadRefused } from '../reads/read-places.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './router.ts';

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

/** Runs the reads of many rows: each waits for a place, and ends if its client leaves. */
export class ReadDesk {
  readonly #jobs: JobRunner;
  readonly places: Readonly<Record<PlaceKind, ReadPlaces>>;

  constructor(jobs: JobRunner) {
    this.#jobs = jobs;
    this.places = {
      page: new ReadPlaces(placeLimits.page),
      walk: new ReadPlaces(placeLimits.walk),
      export: new ReadPlaces(placeLimits.export),
    };
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

  /**
   * Runs a read of a bounded number of rows.
   *
   * @throws {ApiError} `overloaded`
   */
  async page<N extends OperationName, J extends JobName>(
    call: Call<N>,
    name: J,
    ...args: JobArgs<J>
  ): Promise<JobResult<J>> {
    return await this.#run('page', call, name, args);
  }

  /** Runs the next part of an export that has a place; it waits for its turn, no matter how many reads wait. */
  async exportPart<N extends OperationName>(
    call: Call<N>,
    ...args: JobArgs<'exportPart'>
  ): Promise<JobResult<'exportPart'>> {
    return await this.#run('page', call, 'exportPart', args, true);
  }

  /**
   * Runs a read of everything that a tenant has.
   *
   * @throws {ApiError} `overloaded`
   */
  async walk<N extends OperationName, J extends JobName>(
    call: Call<N>,
    name: J,
    ...args: JobArgs<J>
  ): Promise<JobResult<J>> {
    return await this.#run('walk', call, name, args);
  }

  /**
   * Takes a place for an export; returns a function that gives it back.
   *
   * @throws {ApiError} `overloaded`
   */
  async takeExportPlace<N extends OperationName>(call: Call<N>): Promise<() => void> {
    const tenant = laneOf(call);
    const { export: places } = this.places;
    await answering(() => places.take(tenant, clientLeft(call.request.raw.socket)));
    let isTaken = true;
    return () => {
      if (isTaken) places.giveBack(tenant);
      isTaken = false;
    };
  }

  async #run<N extends OperationName, J extends JobName>(
    kind: 'page' | 'walk',
    call: Call<N>,
    name: J,
    args: JobArgs<J>,
    isReserved = false,
  ): Promise<JobResult<J>> {
    const signal = clientLeft(call.request.raw.socket);
    return await answering(() =>
      this.places[kind].run(laneOf(call), signal, () => this.#jobs.run({ name, args }, signal), isReserved),
    );
  }
}

/** Whose turn a read uses: that of its tenant, no matter which API key it used. */
function laneOf<N extends OperationName>({ caller }: Call<N>): string {
  return caller.tenant ?? '';
}

async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ReadRefused) {
      throw new ApiError('overloaded', 'too many reads of this tenant, or of all, wait already');
    }
    // No client is left to answer.
    if (error instanceof ReadAborted) throw new ApiError('invalid_request', 'the connection is gone');
    throw error;
  }
}

const leaving = new WeakMap<Socket, AbortSignal>();

/** Signals that a client has left: one signal for a connection, no matter how many requests wait on it. */
export function clientLeft(socket: Socket): AbortSignal {
  const known = leaving.get(socket);
  if (known !== undefined) return known;
  const controller = new AbortController();
  leaving.set(socket, controller.signal);
  if (socket.destroyed) controller.abort();
  else socket.once('close', () => controller.abort());
  return controller.signal;
}

import type { Socket } from 'node:net';
import type { OperationName } from '@billonce/contract';
import type { PlacesReads } from '../reads/placed-reads.ts';
import type { JobArgs, JobName, JobResult } from '../reads/read-jobs.ts';
import { ReadAborted, ReadRefused } from '../reads/read-places.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './router.ts';

/** Runs the reads of many rows: each waits for a place, and ends if its client leaves. */
export class ReadDesk {
  readonly #reads: PlacesReads;

  constructor(reads: PlacesReads) {
    this.#reads = reads;
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
    await answering(() => this.#reads.takeExportPlace(tenant, clientLeft(call.request.raw.socket)));
    let isTaken = true;
    return () => {
      if (isTaken) this.#reads.giveBackExportPlace(tenant);
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
    const read = { kind, tenant: laneOf(call), name, args, isReserved };
    return await answering(() => this.#reads.run(read, signal));
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
      throw new ApiError(
        'overloaded',
        'too many reads of this tenant, or of all tenants, are already waiting',
      );
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

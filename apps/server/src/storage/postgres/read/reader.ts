import { setMaxListeners } from 'node:events';
import { StorageFault } from '../../../ledger/storage-port.ts';
import { ReadPlaces, ReadRefused } from '../../../reads/read-places.ts';
import type { TailHorizon } from '../database/tail-horizon.ts';
import type { ReadPool } from '../pool.ts';
import type { StatementRunner } from '../statement-runner.ts';

/** All reads share the connections, which take 1,000 at a time: one tenant must neither take all of them nor make others wait for long. */
const placeLimits = { runningMax: 800, runningOfTenantMax: 32, waitingMax: 8_000, waitingOfTenantMax: 2_000 };
const never = new AbortController().signal;
setMaxListeners(0, never);
const firstId = '00000000-0000-0000-0000-000000000000';

/** Runs reads of a database on connections that they share. */
export class Reader {
  readonly #pool: Pick<ReadPool, 'use'>;
  readonly #horizon: TailHorizon;
  readonly #places = new ReadPlaces(placeLimits);

  constructor(pool: Pick<ReadPool, 'use'>, horizon: TailHorizon) {
    this.#pool = pool;
    this.#horizon = horizon;
  }

  /** A read that belongs to no tenant. */
  read<T>(read: (statements: StatementRunner) => Promise<T>): Promise<T> {
    return this.#pool.use((connection) => read(connection.ofAll()));
  }

  /** Reads of a tenant. Only a few of them run at a time, so that reads of other tenants do not wait for many. */
  async of<T>(tenant: string, read: (connection: StatementRunner) => Promise<T>): Promise<T> {
    try {
      return await this.#places.run(tenant, never, () =>
        this.#pool.use((connection) => read(connection.ofTenant(tenant))),
      );
    } catch (error) {
      if (!(error instanceof ReadRefused)) throw error;
      throw new StorageFault('unavailable', { message: 'too many reads wait', obstacle: 'waiting_reads' });
    }
  }

  /** Reads a list that is followed, up to and including the id of its horizon. */
  async tail<T>(
    tenant: string,
    read: (connection: StatementRunner, throughId: string) => Promise<T>,
  ): Promise<T> {
    const throughId = (await this.#horizon.throughId(tenant)) ?? firstId;
    return await this.of(tenant, (connection) => read(connection, throughId));
  }
}

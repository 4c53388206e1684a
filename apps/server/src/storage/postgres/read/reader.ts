import { setMaxListeners } from 'node:events';
import { StorageFault } from '../../../ledger/storage-port.ts';
import { ReadPlaces, ReadRefused } from '../../../reads/read-places.ts';
import type { Connection } from '../connection.ts';
import type { TailHorizon } from '../database/tail-horizon.ts';
import type { ReadPool } from '../pool.ts';

/** The reads of all share the connections, which take 1,000 at a time: a tenant alone must not take all of them, nor make others wait for long. */
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

  /** A read that is of no tenant. */
  read<T>(read: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#pool.use(read);
  }

  /** Reads of a tenant, of which so many are on their way that another tenant's wait for few of them. */
  async of<T>(tenant: string, read: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.#places.run(tenant, never, () => this.read(read));
    } catch (error) {
      if (!(error instanceof ReadRefused)) throw error;
      throw new StorageFault('unavailable', { message: 'too many reads wait', obstacle: 'waiting_reads' });
    }
  }

  /** Reads a list that is tailed, up to and including the id of its horizon. */
  async tail<T>(tenant: string, read: (connection: Connection, throughId: string) => Promise<T>): Promise<T> {
    const throughId = (await this.#horizon.throughId(tenant)) ?? firstId;
    return await this.of(tenant, (connection) => read(connection, throughId));
  }
}

import { StorageFault } from '../../ledger/storage-port.ts';
import { type ConnectionOptions, PostgresConnection } from './connection.ts';
import { ConnectionLost, isCancelled, storageFault } from './fault.ts';

interface Place {
  opening: Promise<PostgresConnection> | undefined;
  connection: PostgresConnection | undefined;
  inFlight: number;
}

/** How many reads may be on their way at once. */
const inFlightMax = 1_000;
/**
 * How long a statement may continue after its client has left: nearly all end within that time. After that it is
 * cancelled repeatedly until it has ended, because the first cancellation may have hit the previous statement on the
 * connection.
 */
const cancelEveryMs = 200;
/** How often a statement is sent, because cancelling another one may have cancelled it. */
const triesMax = 10;

/** The connections on which reads run. */
export type ReadingPool = Pick<ReadPool, 'use'>;

/** Connections for reads. They are shared: each sends the statements of several reads, one after the other. */
export class ReadPool {
  readonly #options: ConnectionOptions;
  readonly #places: Place[];
  #isClosed = false;

  constructor(options: ConnectionOptions, connections: number) {
    this.#options = options;
    this.#places = Array.from({ length: connections }, () => ({
      opening: undefined,
      connection: undefined,
      inFlight: 0,
    }));
  }

  /**
   * Runs a read.
   *
   * @param signal once it is aborted, the statement that runs is cancelled soon; only for what writes nothing
   * @throws {StorageFault} `unavailable`, also when too many reads are already waiting
   */
  async use<T>(read: (connection: PostgresConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const waiting = this.#places.reduce((sum, { inFlight }) => sum + inFlight, 0);
    if (waiting >= inFlightMax) {
      throw new StorageFault('unavailable', { message: 'too many reads wait', obstacle: 'waiting_reads' });
    }
    const place = this.#places.reduce((least, one) => (one.inFlight < least.inFlight ? one : least));
    place.inFlight += 1;
    try {
      for (let tries = 1; ; tries++) {
        try {
          return await this.#run(place, read, signal);
        } catch (error) {
          if (!isCancelled(error) || signal?.aborted === true || tries === triesMax) throw error;
        }
      }
    } catch (error) {
      throw storageFault(error, 'before_commit');
    } finally {
      place.inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#places.map(async ({ connection }) => await connection?.close()));
  }

  async #run<T>(
    place: Place,
    read: (connection: PostgresConnection) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const connection = await this.#connected(place);
    if (signal === undefined) return await read(connection);
    let timer: NodeJS.Timeout | undefined;
    const cancelSoon = () => {
      timer = setInterval(() => connection.cancel(), cancelEveryMs);
    };
    signal.addEventListener('abort', cancelSoon, { once: true });
    try {
      return await read(connection);
    } catch (error) {
      // It did not answer in time, and may be running still.
      if (error instanceof ConnectionLost) connection.cancel();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancelSoon);
      clearInterval(timer);
    }
  }

  async #connected(place: Place): Promise<PostgresConnection> {
    if (place.connection?.isLost === false) return place.connection;
    if (this.#isClosed) throw new StorageFault('unavailable', 'the pool is closed', undefined);
    place.opening ??= PostgresConnection.open(this.#options).finally(() => {
      place.opening = undefined;
    });
    place.connection = await place.opening;
    return place.connection;
  }
}

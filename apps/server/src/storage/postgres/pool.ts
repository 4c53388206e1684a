import { StorageFault } from '../../ledger/storage-port.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { storageFault } from './fault.ts';

interface Place {
  opening: Promise<Connection> | undefined;
  connection: Connection | undefined;
  inFlight: number;
}

/** How many reads may be on their way at once. */
const inFlightMax = 1_000;

/** Connections for reads. They are shared: each sends the statements of several reads, one behind the other. */
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

  /** @throws {StorageFault} `unavailable`, also when too many reads wait already */
  async use<T>(read: (connection: Connection) => Promise<T>): Promise<T> {
    const waiting = this.#places.reduce((sum, { inFlight }) => sum + inFlight, 0);
    if (waiting >= inFlightMax) throw new StorageFault('unavailable', 'too many reads wait', undefined);
    const place = this.#places.reduce((least, one) => (one.inFlight < least.inFlight ? one : least));
    place.inFlight += 1;
    try {
      return await read(await this.#connected(place));
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

  async #connected(place: Place): Promise<Connection> {
    if (place.connection?.isLost === false) return place.connection;
    if (this.#isClosed) throw new StorageFault('unavailable', 'the pool is closed', undefined);
    place.opening ??= Connection.open(this.#options).finally(() => {
      place.opening = undefined;
    });
    place.connection = await place.opening;
    return place.connection;
  }
}

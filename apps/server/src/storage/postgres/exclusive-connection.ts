import { StorageFault } from '../../ledger/storage-port.ts';
import { type ConnectionOptions, PostgresConnection } from './connection.ts';

/** A connection with one caller at a time. Only such a connection can run transactions. */
export class ExclusiveConnection extends PostgresConnection {
  #isInTransaction = false;

  /** @throws {ConnectionLost} if there is no database, or it accepts no connection */
  static override async open(options: ConnectionOptions): Promise<ExclusiveConnection> {
    const connection = new ExclusiveConnection(options);
    await connection.connect();
    return connection;
  }

  /** Runs statements without parameters, separated by semicolons, in one message. */
  async exec(sql: string): Promise<void> {
    await this.send(sql);
  }

  /** How long the statements of a transaction may go without an answer; `undefined` ends that. */
  allow(answerWithinMs: number | undefined): void {
    this.answerWithin(answerWithinMs);
  }

  /** The last warning since this was called before. */
  takeWarning(): string | undefined {
    return this.warning();
  }

  /**
   * Runs work in a transaction, and rolls it back if it fails.
   *
   * @throws {Error} when a transaction is running already: two callers share the connection
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isInTransaction) throw new Error('a transaction is already running on this connection');
    this.#isInTransaction = true;
    try {
      await this.exec('BEGIN');
      const value = await work();
      await this.exec('COMMIT');
      return value;
    } catch (error) {
      await this.exec('ROLLBACK').catch(() => this.destroy());
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }
}

/** How many callers may wait for their turn. */
const waitingMax = 1_000;

/** One connection whose callers take turns: during a turn no statement of another caller reaches the database. */
export class ConnectionInTurns {
  readonly #options: ConnectionOptions;
  #connection: ExclusiveConnection | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * Runs work when all callers before have ended. The connection belongs to the work until its promise is settled.
   *
   * @throws {ConnectionLost} when the database cannot be reached; or what the work throws
   */
  async use<T>(work: (connection: ExclusiveConnection) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StorageFault('unavailable', 'the connection is closed', undefined);
    if (this.#waiting >= waitingMax) {
      throw new StorageFault('unavailable', 'too many callers wait for the connection', undefined);
    }
    this.#waiting += 1;
    const turn = this.#lastTurn.then(async () => work(await this.#connected()));
    this.#lastTurn = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Closes the connection after the turns that were requested before; later ones are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#lastTurn;
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async #connected(): Promise<ExclusiveConnection> {
    if (this.#connection?.isLost === false) return this.#connection;
    this.#connection = await ExclusiveConnection.open(this.#options);
    return this.#connection;
  }
}

import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type BatchChanges,
  isEmpty,
  type LedgerStorage,
  type Loaded,
  StorageFault,
} from '../../ledger/storage-port.ts';
import type { Wants } from '../../ledger/wants.ts';
import type { AnswerCap } from '../stored-answer.ts';
import type { SweepLimits } from '../sweep-step.ts';
import { listAnswersTables } from './answers.ts';
import { integer } from './columns.ts';
import { Connection } from './connection.ts';
import { type FaultPlace, needsReopening, storageFault } from './fault.ts';
import { type FileLock, lockFile } from './file-lock.ts';
import { loadBatch } from './load.ts';
import { migrate } from './migrations/migrate.ts';
import { saveBatch } from './save.ts';
import { type SweepReport, sweepStep } from './sweep.ts';

export interface SqliteOptions {
  readonly file: string;
  readonly cap: AnswerCap;
}

/** How a transaction ends, and what comes of it. */
interface Transacted<T> {
  readonly end: 'commit' | 'rollback';
  readonly value: T;
}

/** The embedded engine: one file, one writer, WAL, every commit synced. */
export class SqliteStorage implements LedgerStorage {
  readonly #options: SqliteOptions;
  readonly #lock: FileLock;
  #connection: Connection | undefined;
  /** tables of answers that there are; made anew whenever the connection is */
  #tables = new Set<string>();

  /**
   * Opens the file, and makes it when there is none.
   *
   * @throws {Error} when another server holds it, or it cannot be opened, written to or migrated
   */
  constructor(options: SqliteOptions) {
    mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
    const file = realFile(options.file);
    this.#options = { ...options, file };
    this.#lock = lockFile(file);
    try {
      this.#open();
      // A server that can write nothing says so at its start, not at every request.
      this.#transact((connection) => {
        connection.exec('UPDATE ledger_clock SET only = only');
        return { end: 'rollback', value: undefined };
      });
    } catch (error) {
      this.close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${options.file} cannot be opened for writing: ${reason}`, { cause: error });
    }
  }

  commit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<void> {
    // SQLite is synchronous: all of it happens in this turn, and whatever it throws rejects the promise.
    return new Promise((resolve) => {
      this.#transact((connection) => {
        const loaded = loadBatch(connection, wants, this.#tables, this.#options.cap);
        const changes = decide(loaded);
        if (isEmpty(changes)) return { end: 'rollback', value: undefined };
        saveBatch(connection, changes, loaded.accountNumbers, this.#tables);
        return { end: 'commit', value: undefined };
      });
      resolve();
    });
  }

  lastIdTimeMs(): number {
    const row = this.#connected().get('SELECT last_id_time_ms FROM ledger_clock WHERE only = 1');
    return row === undefined ? 0 : integer(row, 'last_id_time_ms');
  }

  /** One short step of forgetting what has expired; see `sweepStep`. */
  sweep(nowMs: number, limits: SweepLimits): SweepReport {
    const report = this.#transact((connection) => ({
      end: 'commit',
      value: sweepStep(connection, nowMs, limits, this.#options.cap),
    }));
    this.#tables = new Set(listAnswersTables(this.#connected()));
    return report;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#lock.release();
  }

  #transact<T>(work: (connection: Connection) => Transacted<T>): T {
    const connection = this.#connected();
    let place: FaultPlace = 'before_commit';
    try {
      connection.exec('BEGIN IMMEDIATE');
      const { end, value } = work(connection);
      if (end === 'commit') place = 'commit';
      connection.exec(end === 'commit' ? 'COMMIT' : 'ROLLBACK');
      return value;
    } catch (error) {
      const fault = storageFault(error, place);
      this.#recover(connection, fault.kind === 'outcome_unknown' || needsReopening(error));
      throw fault;
    }
  }

  /** Leaves no half of a transaction behind, and no view of a file that failed. */
  #recover(connection: Connection, mustReopen: boolean): void {
    try {
      if (connection.isInTransaction) connection.exec('ROLLBACK');
      this.#tables = new Set(listAnswersTables(connection));
      if (!mustReopen) return;
    } catch {
      // A connection that cannot even roll back is given up like one after an I/O error.
    }
    this.#connection = undefined;
    try {
      connection.close();
    } catch {
      // There is nothing left to save on it: SQLite rolls back what a lost connection had not committed.
    }
  }

  #connected(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    try {
      return this.#open();
    } catch (error) {
      throw new StorageFault('unavailable', 'the file cannot be opened', error);
    }
  }

  #open(): Connection {
    const connection = new Connection(this.#options.file, 'read_write');
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      connection.exec('PRAGMA synchronous = FULL');
      // Pages of 4 KiB: a checkpoint every 16 MiB of log, not every 4.
      connection.exec('PRAGMA wal_autocheckpoint = 4000');
      connection.exec('PRAGMA cache_size = -65536');
      connection.exec('PRAGMA journal_size_limit = 67108864');
      migrate(connection);
      this.#tables = new Set(listAnswersTables(connection));
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    return connection;
  }
}

/** The file itself, whatever links lead to it: two names of one file must meet in one lock. */
function realFile(file: string): string {
  return existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
}

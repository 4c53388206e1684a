import { rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { factsOf } from '../../../fault-facts.ts';
import {
  type BatchChanges,
  type Durability,
  isEmpty,
  type LedgerStorage,
  type Loaded,
  StorageFault,
} from '../../../ledger/storage-port.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { SweepLimits } from '../../sweep-step.ts';
import { SqliteConnection } from '../connection.ts';
import { needsReopening, type Step, storageFault } from '../fault.ts';
import { assertRoomForLog, emptyLog } from '../file/empty-log.ts';
import { type FileLock, lockFile } from '../file/file-lock.ts';
import { openFault } from '../file/open-fault.ts';
import { refuseForeign } from '../file/our-file.ts';
import { closeToOthers, makeOwn, OwnFile, realFile, refuseOrphanLog } from '../file/own-file.ts';
import { assertPragmas, effectivePragmas, setPragmas } from '../file/pragmas.ts';
import { migrate } from '../migrations/migrate.ts';
import { listAnswersTables } from '../read/answers.ts';
import { type BudgetPart, takeBudget } from '../upkeep/rate-budgets.ts';
import { type SweepReport, sweepStep } from '../upkeep/sweep.ts';
import { probeWrite } from '../upkeep/write-probe.ts';
import { KeptRows } from './kept-rows.ts';
import { loadBatch } from './load.ts';
import { saveBatch } from './save.ts';

export interface SqliteOptions {
  readonly file: string;
  readonly cap: AnswerCap;
}

/** How a transaction ends, and its outcome. */
interface Transacted<T> {
  readonly end: 'commit' | 'rollback';
  readonly value: T;
}

/** The embedded engine: one file, one writer, WAL, every commit synced. */
export class SqliteStorage implements LedgerStorage {
  readonly #options: SqliteOptions;
  readonly #lock: FileLock;
  /** by the configured name, with its links, because another server would use that name */
  #file: OwnFile | undefined;
  #lost: string | undefined;
  #connection: SqliteConnection | undefined;
  #openings = 0;
  /** why the log may still have a gap */
  #logFault: StorageFault | undefined;
  /** tables of answers that there are; read again whenever the file is opened */
  #tables = new Set<string>();
  readonly #kept = new KeptRows();

  /**
   * Opens the file, and creates it if there is none.
   *
   * @throws {Error} if another server holds it, or it cannot be opened, written to or migrated
   */
  constructor(options: SqliteOptions) {
    const file = realFile(options.file);
    this.#options = { ...options, file };
    // Checked before anything is created or changed: the name may lead to a file of another program.
    refuseForeign(file);
    this.#lock = lockFile(file);
    let isMade = false;
    try {
      refuseOrphanLog(file);
      isMade = makeOwn(file);
      closeToOthers(file);
      this.#file = OwnFile.at(resolve(options.file));
      this.#open();
      // A server that cannot write reports it at its start, not at every request.
      this.#transact((connection, at) => {
        at('open');
        connection.exec('UPDATE ledger_clock SET only = only');
        return { end: 'rollback', value: undefined };
      });
    } catch (error) {
      this.#connection?.close();
      if (isMade && statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file);
      this.#lock.remove();
      throw openFault(`${options.file} cannot be opened for writing`, error);
    }
  }

  commit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<void> {
    // SQLite is synchronous: everything happens in this turn, and every exception rejects the promise.
    return new Promise((resolve) => {
      const takeIn = this.#transact<() => void>((connection, at) => {
        at('load');
        this.#kept.begin(connection);
        const loaded = loadBatch(connection, wants, this.#tables, this.#options.cap, this.#kept);
        at('decide');
        const changes = decide(loaded);
        if (isEmpty(changes)) return { end: 'rollback', value: () => undefined };
        at('save');
        const takeIn = saveBatch(connection, changes, loaded, this.#tables, this.#kept);
        return { end: 'commit', value: takeIn };
      });
      this.#afterCommit(takeIn);
      resolve();
    });
  }

  /** Why this engine may no longer write: its names lead to other files now. The process must end. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** How often the file was opened: after a fault that leaves a connection in doubt, it is opened again. */
  get openings(): number {
    return this.#openings;
  }

  /** Checks whether the file is still in its place, while there are no writes. */
  look(): void {
    try {
      this.#assertInPlace('open');
    } catch {
      // If the file cannot be checked now, the next check finds out, or the next write fails.
    }
  }

  /** One short step of forgetting what has expired; see `sweepStep`. */
  sweep(nowMs: number, limits: SweepLimits): SweepReport {
    const { report, takeIn } = this.#transact((connection, at) => {
      at('sweep');
      this.#kept.begin(connection);
      const takeIn = this.#kept.indexOldRecords(connection, nowMs - limits.retentionMs);
      const report = sweepStep(connection, nowMs, limits, this.#options.cap);
      return { end: 'commit', value: { report, takeIn } };
    });
    this.#afterCommit(() => {
      takeIn();
      this.#kept.swept();
    });
    this.#tables = new Set(listAnswersTables(this.#connected()));
    return report;
  }

  /** Commits a probe on the connection that writes, and returns the settings of that connection. */
  probe(): Durability {
    this.#transact((connection, at) => {
      at('probe');
      probeWrite(connection);
      return { end: 'commit', value: undefined };
    });
    return {
      engine: 'sqlite',
      settings: effectivePragmas(this.#connected()),
      openings: this.#openings,
    };
  }

  /** Takes a part of a budget: what was taken in its window after it. */
  takeBudget(part: BudgetPart): number {
    return this.#transact((connection, at) => {
      at('save');
      return { end: 'commit', value: takeBudget(connection, part) };
    });
  }

  close(): void {
    // A moved file is left in the state in which a killed process would leave it.
    if (this.#lost === undefined) this.#connection?.close();
    this.#connection = undefined;
    this.#lock.release();
  }

  #transact<T>(work: (connection: SqliteConnection, at: (step: Step) => void) => Transacted<T>): T {
    const connection = this.#connected();
    let step: Step = 'begin';
    const at = (next: Step) => {
      step = next;
    };
    try {
      connection.exec('BEGIN IMMEDIATE');
      const { end, value } = work(connection, at);
      this.#assertInPlace(step);
      if (end === 'commit' && this.#logFault !== undefined) throw this.#logFault;
      if (end === 'commit') at('commit');
      connection.exec(end === 'commit' ? 'COMMIT' : 'ROLLBACK');
      // A write may be acknowledged only if it is in the file that others find by its name.
      if (end === 'commit') this.#assertInPlace(step);
      return value;
    } catch (error) {
      const fault = storageFault(error, step);
      this.#recover(connection, step, fault.kind === 'outcome_unknown' || needsReopening(error));
      throw fault;
    }
  }

  /**
   * Updates the kept rows with the committed changes.
   *
   * @throws {StorageFault} if that fails: the kept rows are then read again, and the batch must not be executed again
   */
  #afterCommit(takeIn: () => void): void {
    try {
      takeIn();
    } catch (error) {
      this.#kept.forgetAll();
      const facts = { ...factsOf(error), engine: 'sqlite', step: 'commit' } as const;
      throw new StorageFault('outcome_unknown', facts, error);
    }
  }

  /** Leaves neither an open transaction nor a connection to a file that failed. */
  #recover(connection: SqliteConnection, step: Step, mustReopen: boolean): void {
    if (mustReopen || step === 'commit') this.#kept.forgetAll();
    else this.#kept.forgetRows();
    try {
      if (connection.isInTransaction) connection.exec('ROLLBACK');
      this.#tables = new Set(listAnswersTables(connection));
      if (!mustReopen) {
        if (this.#logFault !== undefined) this.#emptyLog(connection);
        return;
      }
    } catch {
      // A connection that cannot even roll back is given up like one after an I/O error.
    }
    this.#connection = undefined;
    if (this.#lost !== undefined) return;
    try {
      connection.close();
    } catch {
      // There is nothing left to save on it: SQLite rolls back what a lost connection had not committed.
    }
  }

  /** @throws {StorageFault} if the database or its lock is not, or cannot be seen, where it was opened */
  #assertInPlace(step: Step): void {
    const kind = step === 'commit' ? 'outcome_unknown' : 'unavailable';
    let moved: OwnFile | undefined;
    try {
      moved = [this.#file, this.#lock.file].find((file) => file?.isInPlace === false);
    } catch (error) {
      throw new StorageFault(kind, { ...factsOf(error), engine: 'sqlite', step }, error);
    }
    if (moved !== undefined) {
      this.#lost = `${moved.name} was moved, deleted or replaced while this server had it open`;
    }
    if (this.#lost !== undefined)
      throw new StorageFault(kind, { engine: 'sqlite', step, message: this.#lost });
  }

  #connected(): SqliteConnection {
    if (this.#connection !== undefined) return this.#connection;
    try {
      return this.#open();
    } catch (error) {
      // Opening may succeed later, no matter what the error is.
      throw new StorageFault('unavailable', storageFault(error, 'open').facts, error);
    }
  }

  /** Empties the log. Until that succeeds after a fault, nothing may be committed after a gap that it may have. */
  #emptyLog(connection: SqliteConnection): void {
    const isAfterFault = this.#openings > 0;
    const message = 'the log cannot be emptied while another connection reads from it';
    const busy = new StorageFault('unavailable', { engine: 'sqlite', step: 'open', message });
    try {
      if (isAfterFault) assertRoomForLog(this.#options.file);
      // At a start, another program may be reading from a log that has no gap.
      this.#logFault = emptyLog(connection) || !isAfterFault ? undefined : busy;
    } catch (error) {
      this.#logFault = new StorageFault('unavailable', storageFault(error, 'open').facts, error);
    }
  }

  #open(): SqliteConnection {
    // Otherwise SQLite would open, or create, any file that has the name now.
    this.#assertInPlace('open');
    const connection = new SqliteConnection(this.#options.file, 'read_write');
    try {
      this.#assertInPlace('open');
      setPragmas(connection);
      assertPragmas(connection);
      this.#emptyLog(connection);
      migrate(connection);
      this.#tables = new Set(listAnswersTables(connection));
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#kept.forgetAll();
    this.#connection = connection;
    this.#openings += 1;
    return connection;
  }
}

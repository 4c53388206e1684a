import type { MessagePort } from 'node:worker_threads';
import type { BatchExecutor } from '../ledger/batch-executor.ts';
import type { LedgerLimits } from '../ledger/ledger-parts.ts';
import type { RecentReplays } from '../ledger/recent-replays.ts';
import type { Durability } from '../ledger/storage-port.ts';
import type { Audits } from '../reads/audits.ts';
import type { ApiKeyBooks } from '../reads/books/api-keys.ts';
import type { DeliveryQueue } from '../reads/books/deliveries.ts';
import type { Books } from '../reads/books.ts';
import type { JobRunner } from '../reads/read-jobs.ts';
import type { SweepCursor, SweepFailure, SweepLimits } from './sweep-step.ts';

/** The part of a storage engine that answers requests. */
export interface RequestStorage {
  /** each commits one batch at a time; the commands of a tenant always go to the same one */
  readonly lanes: readonly BatchExecutor[];
  /** commits heavy commands beside the lanes; `undefined` where there is one writer for everything */
  readonly heavyLane: BatchExecutor | undefined;
  /** how the write path uses it: see `LedgerLimits` */
  readonly limits: Partial<LedgerLimits>;
  /** answers of recent records; `undefined` where other processes write, too */
  readonly replays: RecentReplays | undefined;
  readonly books: Books;
  readonly apiKeyBooks: ApiKeyBooks;
  readonly sweepable: Sweepable;
  /**
   * Commits a probe, and returns the settings of the engine.
   *
   * @throws {StorageFault} if it cannot be written
   */
  probeWrite(): Promise<Durability>;
  /**
   * takes a part of a caller's rate budget, and returns what all instances have taken; `undefined` if there is only one
   * instance
   */
  readonly takeBudget: ((caller: string, windowStartMs: number, cost: number) => Promise<number>) | undefined;
  /** the same, stored with the books on both engines, for budgets that outlive a restart */
  readonly takeKeptBudget: (caller: string, windowStartMs: number, cost: number) => Promise<number>;
  /** milliseconds since the epoch: the clock of everything that is recorded */
  readonly nowMs: () => number;
  /** Closes what it has open, after all earlier requests. */
  close(): Promise<void>;
}

/** An open storage engine, from which the other layers are composed. */
export interface Storage extends RequestStorage {
  readonly deliveryQueue: DeliveryQueue;
  /** runs the reads that look at many rows, off the thread that serves HTTP */
  readonly jobs: JobRunner;
  readonly audits: Audits;
  /** connects the line of another thread to the one writer; `undefined` where there is none */
  readonly connectThread: ((port: MessagePort) => void) | undefined;
  /**
   * How large the database is.
   *
   * @throws {Error} if that cannot be read
   */
  size(): Promise<DatabaseSize>;
  /** resolves with the reason if another process may use the database instead of this one, which must end then */
  readonly lost: Promise<string>;
}

/** The size of a database. `undefined` is what the engine does not have, or may not see. */
export interface DatabaseSize {
  readonly databaseBytes: number;
  /** of the write-ahead log */
  readonly walBytes: number | undefined;
  /** free on the disk of the file */
  readonly diskFreeBytes: number | undefined;
}

/** Forgets what has expired, one short step at a time. */
export interface Sweepable {
  sweep(nowMs: number, limits: SweepLimits): Promise<SweepStep>;
}

/** What a step did, whether another one must follow, and where that continues. */
export interface SweepStep {
  readonly kind: string;
  readonly isDone: boolean;
  readonly cursor?: SweepCursor | undefined;
  readonly failures: readonly SweepFailure[];
}

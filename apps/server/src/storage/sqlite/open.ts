import type { ExecutorOptions } from '../../ledger/batch-executor.ts';
import type { OnCommitted } from '../../ledger/gathering-executor.ts';
import { RecentReplays } from '../../ledger/recent-replays.ts';
import { ReadThreads } from '../read-threads.ts';
import type { Storage } from '../storage.ts';
import { sqliteBooks } from './read/books.ts';
import { FileSnapshots } from './read/reader.ts';
import { SoleAudits } from './upkeep/audits.ts';
import { databaseSize } from './upkeep/database-size.ts';
import type { SqliteOptions } from './write/storage.ts';
import { SqliteWriter } from './writer/writer.ts';
import { lineOfThread } from './writer/writer-line.ts';

/** With 64 connections the writer then has its next work before all of them are read (docs/adr/0080). */
export const dispatchAt = 20;

/** How the embedded engine is used. */
export interface SqliteEngineOptions extends SqliteOptions {
  /** threads for reads that look at many rows */
  readonly readThreads: number;
}

/**
 * Opens the embedded engine: one file, one writer and some readers, on separate threads.
 *
 * @throws {Error} when another server holds the file, or it cannot be opened
 */
export async function openSqlite(
  { readThreads, ...sqlite }: SqliteEngineOptions,
  executor: ExecutorOptions,
  nowMs: () => number,
  onCommitted: OnCommitted,
): Promise<Storage> {
  const writer = await SqliteWriter.start(lineOfThread({ sqlite, executor }), onCommitted);
  const books = sqliteBooks(new FileSnapshots(sqlite.file), sqlite.cap);
  const main = new URL('./read-thread.ts', import.meta.url);
  const jobs = new ReadThreads({ main, data: sqlite }, readThreads);
  const close = async () => {
    await jobs.close();
    await books.close();
    await writer.close();
  };
  try {
    // Opened now: on a full disk it could not be opened later, although reads work there.
    await books.ping();
  } catch (error) {
    await close();
    throw error;
  }
  const audits = new SoleAudits();
  return {
    lanes: [writer],
    heavyLane: undefined,
    limits: { dispatchAt },
    replays: new RecentReplays(sqlite.cap),
    books,
    apiKeyBooks: books,
    deliveryQueue: books,
    jobs,
    audits,
    sweepable: writer,
    connectThread: (port) => writer.connect(port),
    probeWrite: () => writer.probe(),
    size: () => databaseSize(sqlite.file),
    takeBudget: undefined,
    takeKeptBudget: (caller, windowStartMs, cost) => writer.takeBudget({ caller, windowStartMs, cost }),
    lost: writer.lost,
    nowMs,
    close,
  };
}

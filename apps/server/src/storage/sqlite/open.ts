import type { ExecutorOptions } from '../../ledger/batch-executor.ts';
import type { OnCommitted } from '../../ledger/gathering-executor.ts';
import type { Storage } from '../storage.ts';
import { SoleAudits } from './sole-audits.ts';
import { SqliteBooks } from './sqlite-books.ts';
import type { SqliteOptions } from './sqlite-storage.ts';
import { SqliteWriter } from './writer.ts';

/**
 * Opens the embedded engine: one file, one writer on a thread of its own.
 *
 * @throws {Error} when another server holds the file, or it cannot be opened
 */
export async function openSqlite(
  sqlite: SqliteOptions,
  executor: ExecutorOptions,
  nowMs: () => number,
  onCommitted: OnCommitted,
): Promise<Storage> {
  const writer = await SqliteWriter.start({ sqlite, executor }, onCommitted);
  const books = new SqliteBooks(sqlite.file, sqlite.cap);
  const close = async () => {
    books.close();
    await writer.close();
  };
  try {
    // Opened while all is well: later, on a full disk, it could not be, and reads go on there.
    await books.ping();
  } catch (error) {
    await close();
    throw error;
  }
  const audits = new SoleAudits();
  return {
    lanes: [writer],
    books,
    audits,
    sweepable: writer,
    probeWrite: () => writer.probe(),
    lost: writer.lost,
    nowMs,
    close,
  };
}

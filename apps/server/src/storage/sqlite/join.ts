import type { OnCommitted } from '../../ledger/gathering-executor.ts';
import { ledgerLimitsDefault } from '../../ledger/ledger-parts.ts';
import { RecentReplays } from '../../ledger/recent-replays.ts';
import type { ScopeTally } from '../../ledger/scope-tally.ts';
import type { RequestStorage } from '../storage.ts';
import { dispatchAt } from './open.ts';
import { sqliteBooks } from './read/books.ts';
import { FileSnapshots } from './read/reader.ts';
import type { SqliteOptions } from './write/storage.ts';
import { SqliteWriter } from './writer/writer.ts';
import type { OpenLine } from './writer/writer-line.ts';

/** What a thread needs of the thread that has opened the file. */
export interface JoinOptions {
  readonly sqlite: Pick<SqliteOptions, 'file' | 'cap'>;
  readonly openLine: OpenLine;
  /** of all threads */
  readonly scopes: ScopeTally;
  readonly takeBudget: RequestStorage['takeBudget'];
  /** how many threads divide the queue of the writer */
  readonly threads: number;
  readonly onCommitted: OnCommitted;
}

/**
 * Uses a file that another thread of this process has opened: with a line to its writer, and a connection for reads.
 *
 * @throws {Error} if the writer has ended, or the file cannot be read
 */
export async function joinSqlite(options: JoinOptions): Promise<RequestStorage> {
  const { sqlite, openLine, scopes, takeBudget, threads, onCommitted } = options;
  const writer = await SqliteWriter.start(openLine, onCommitted);
  const books = sqliteBooks(new FileSnapshots(sqlite.file), sqlite.cap);
  const { queuedItemsMax, inFlightItemsMax } = ledgerLimitsDefault;
  const limits = {
    dispatchAt,
    queuedItemsMax: Math.ceil(queuedItemsMax / threads),
    // In all as many as one thread may have there: so many a light command of another tenant waits for.
    inFlightItemsMax: Math.ceil(inFlightItemsMax / threads),
  };
  const close = async () => {
    await books.close();
    await writer.close();
  };
  try {
    await books.ping();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    lanes: [writer],
    heavyLane: undefined,
    limits,
    replays: new RecentReplays(sqlite.cap, scopes),
    books,
    apiKeyBooks: books,
    sweepable: writer,
    probeWrite: () => writer.probe(),
    takeBudget,
    takeKeptBudget: (caller, windowStartMs, cost) => writer.takeBudget({ caller, windowStartMs, cost }),
    nowMs: Date.now,
    close,
  };
}

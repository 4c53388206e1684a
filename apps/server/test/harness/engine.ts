import type { TestContext } from 'node:test';
import type { BatchExecutor, ExecutorOptions } from '../../src/ledger/batch-executor.ts';
import type { LaneExecutors } from '../../src/ledger/ledger-lanes.ts';
import type { DeliveryQueue } from '../../src/reads/books/deliveries.ts';
import type { Books } from '../../src/reads/books.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import { emptyDatabase, isByTenant, isOnCitus, isPrepared } from './database.ts';
import { onEnd } from './on-end.ts';

const cap = { answersMax: 1_000, bytesMax: 1_000_000 };
const dayMs = 86_400_000;

/** Options with which the batches of a test are decided. */
export const executorOptions: ExecutorOptions = {
  policy: { retentionMs: 400 * dayMs, futureToleranceMs: 300_000 },
  answerTtlMs: dayMs,
  sealedAnswerTtlMs: 600_000,
  bulkItemsMax: 1_000,
  atRestKeys: [],
};

/** The write path without its queue, and the reads, of the engine under test. */
export interface TestEngine extends LaneExecutors {
  readonly executor: BatchExecutor;
  readonly books: Books;
  readonly queue: DeliveryQueue;
  readonly databaseUrl: string;
  /** Closes the engine before the test ends, so that another process can use the database. */
  close(): Promise<void>;
}

// On Citus each statement goes through two servers: a batch that hangs on purpose must not end while a test looks at it.
const statementMs = isOnCitus ? 60_000 : 5_000;

/** Options with which an engine on PostgreSQL is opened. */
export const postgresOptions = {
  cap,
  lanes: 1,
  readConnections: 2,
  readThreads: 1,
  isPrepared,
  isByTenant,
  statementMs,
  allowsUnsafe: true,
  retentionMs: executorOptions.policy.retentionMs,
};

/**
 * Opens the engine on an empty database, and closes it when the test has ended.
 *
 * @param nowMs the clock of the database, if the database decides the time of a batch; its own clock by default
 */
export async function openEngine(
  t: TestContext,
  nowMs?: () => number,
  options: ExecutorOptions = executorOptions,
): Promise<TestEngine> {
  const databaseUrl = await emptyDatabase(t);
  const unheard = () => undefined;
  const storage = databaseUrl.startsWith('file:')
    ? await openSqlite(
        { file: databaseUrl.slice('file:'.length), cap, readThreads: 1 },
        options,
        Date.now,
        unheard,
      )
    : await openPostgres({ ...postgresOptions, url: databaseUrl }, options, nowMs, unheard);
  let closed: Promise<void> | undefined;
  const close = async () => {
    closed ??= Promise.resolve(storage.close());
    await closed;
  };
  onEnd(t, close);
  const { lanes, heavyLane, books, deliveryQueue: queue } = storage;
  const [executor] = lanes;
  if (executor === undefined) throw new Error('the engine has no lane');
  return { lanes, heavyLane, executor, books, queue, databaseUrl, close };
}

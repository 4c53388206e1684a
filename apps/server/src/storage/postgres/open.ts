import { type ExecutorOptions, StorageExecutor } from '../../ledger/batch-executor.ts';
import { GatheringExecutor, type OnCommitted } from '../../ledger/gathering-executor.ts';
import { ReadThreads } from '../read-threads.ts';
import type { Storage } from '../storage.ts';
import type { Placement } from './connection.ts';
import { checkDatabase } from './database/check-database.ts';
import { distributeTables, placementOf } from './database/citus.ts';
import { DatabaseClock } from './database/database-clock.ts';
import { KnownApiKeys } from './database/known-api-keys.ts';
import { type HorizonWaits, TailHorizon } from './database/tail-horizon.ts';
import { analyzeWhileYoung } from './database/young-tables.ts';
import { ConnectionInTurns, ExclusiveConnection } from './exclusive-connection.ts';
import { cutFor } from './lanes/cut-for.ts';
import { ThreadedLane } from './lanes/threaded-lane.ts';
import { migrate } from './migrations/migrate.ts';
import { ReadPool } from './pool.ts';
import { postgresBooks } from './read/books.ts';
import type { PostgresReadData } from './read-thread.ts';
import { PostgresAudits } from './upkeep/audits.ts';
import { databaseSize } from './upkeep/database-size.ts';
import { takeBudget } from './upkeep/rate-budgets.ts';
import { PostgresSweep } from './upkeep/sweep.ts';
import { probeWrite } from './upkeep/write-probe.ts';
import { type PostgresOptions, PostgresStorage } from './write/storage.ts';

const migrateWithinMs = 3_600_000;

/** How an instance uses its database. */
export interface PostgresEngineOptions extends PostgresOptions {
  /** batches that are committed at the same time, each of other tenants */
  readonly lanes: number;
  readonly readConnections: number;
  /** threads for reads that look at many rows */
  readonly readThreads: number;
  /** whether a database that may lose acknowledged writes is accepted */
  readonly allowsUnsafe: boolean;
  readonly retentionMs: number;
  /** whether each transaction and each statement is of one tenant */
  readonly isByTenant?: boolean;
  /** takes the names of the tables that were distributed, if any were: on Citus, at the first start of a version */
  readonly onDistributed?: (tables: readonly string[]) => void;
  /** how long lists wait for batches, unless it is the standard */
  readonly horizonWaits?: HorizonWaits;
}

/**
 * Opens the engine for many instances, on one PostgreSQL.
 *
 * @param nowMs a clock of the caller's own; the database's without it
 * @throws {Error} when there is no database, or it is too old, unsafe or newer than this version
 */
export async function openPostgres(
  given: PostgresEngineOptions,
  executor: ExecutorOptions,
  nowMs: (() => number) | undefined,
  onCommitted: OnCommitted,
): Promise<Storage> {
  const placement = await prepareDatabase(given);
  const options = { ...given, placement };
  const pool = new ReadPool(options, options.readConnections);
  const pulse = new ReadPool(options, 1);
  // Sweep, audit and statistics take turns: each may run a transaction.
  const upkeep = new ConnectionInTurns(options);
  const clock = new DatabaseClock(pool);
  const now = nowMs ?? clock.nowMs;
  const apiKeys = new KnownApiKeys(pool);
  const horizon = new TailHorizon(pool, options.horizonWaits, placement);
  const books = postgresBooks({ pool, pulse, cap: options.cap, horizon, apiKeys });
  const { url, isPrepared, cap, horizonWaits, readThreads } = options;
  const data: PostgresReadData = { connection: { url, isPrepared, placement }, cap, horizonWaits };
  const jobs = new ReadThreads({ main: new URL('./read-thread.ts', import.meta.url), data }, readThreads);
  const sweepable = new PostgresSweep(upkeep, options.cap);
  const storages = Array.from(
    { length: options.lanes },
    () => new PostgresStorage(options, { onApiKeysChanged: () => apiKeys.forget() }),
  );
  const lanes = storages.map(
    (storage) =>
      new GatheringExecutor(cutFor(placement, new StorageExecutor(storage, executor, now)), onCommitted),
  );
  const heavy = new ThreadedLane(
    { postgres: { url, isPrepared, placement, cap, ...boundsOf(options) }, executor },
    now,
  );
  const stopAnalyzing = analyzeWhileYoung(upkeep);
  const close = async () => {
    stopAnalyzing();
    clock.stop();
    await jobs.close();
    await heavy.close();
    await Promise.all([books.close(), upkeep.close(), ...storages.map((storage) => storage.close())]);
  };
  try {
    if (nowMs === undefined) await clock.start();
    await sweepable.makeParts(now(), options.retentionMs);
  } catch (error) {
    await close();
    throw error;
  }
  // Any number of instances share the database, so no instance loses it to another.
  const lost = new Promise<string>(() => undefined);
  return {
    lanes,
    heavyLane: new GatheringExecutor(heavy, onCommitted),
    limits: {},
    replays: undefined,
    books,
    apiKeyBooks: books,
    deliveryQueue: books,
    jobs,
    audits: new PostgresAudits(upkeep),
    sweepable,
    connectThread: undefined,
    probeWrite: () => probeWrite(pool),
    size: () => databaseSize(pool),
    takeKeptBudget: (caller, windowStartMs, cost) => takeBudget(pool, caller, windowStartMs, cost),
    takeBudget: (caller, windowStartMs, cost) => takeBudget(pool, caller, windowStartMs, cost),
    lost,
    nowMs: now,
    close,
  };
}

/** The bounds on a connection that were set. */
function boundsOf({ answerWithinMs, statementMs }: PostgresOptions) {
  return { ...(answerWithinMs === undefined ? {} : { answerWithinMs }), statementMs };
}

async function prepareDatabase(options: PostgresEngineOptions): Promise<Placement> {
  // Migrations may take long, and so may the wait for those of another instance.
  const connection = await ExclusiveConnection.open({ ...options, answerWithinMs: migrateWithinMs });
  try {
    await checkDatabase(connection, options.allowsUnsafe);
    await migrate(connection);
    const placement = await placementOf(connection, options.isByTenant === true);
    if (placement === 'citus') {
      const tables = await distributeTables(connection);
      if (tables.length > 0) options.onDistributed?.(tables);
    }
    return placement;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${connection.place} cannot be used: ${reason}`, { cause: error });
  } finally {
    await connection.close();
  }
}

// A thread that reads the database. It loads nothing of the other engine.
import { workerData } from 'node:worker_threads';
import { serveReads, unless } from '../serve-reads.ts';
import type { AnswerCap } from '../stored-answer.ts';
import type { ConnectionOptions } from './connection.ts';
import { KnownApiKeys } from './database/known-api-keys.ts';
import { type HorizonWaits, TailHorizon } from './database/tail-horizon.ts';
import { type ReadingPool, ReadPool } from './pool.ts';
import { postgresBooks } from './read/books.ts';

/** What such a thread opens. */
export interface PostgresReadData {
  readonly connection: ConnectionOptions;
  readonly cap: AnswerCap;
  readonly horizonWaits: HorizonWaits | undefined;
}

/** Connections of a thread: its reads share them. */
const connections = 2;

const { connection, cap, horizonWaits }: PostgresReadData = workerData;
const pool = new ReadPool(connection, connections);
// A read of a horizon serves several clients; without an answer in time it is cancelled like any other read.
const horizonPool: ReadingPool = { use: (read) => pool.use(read, new AbortController().signal) };
const horizon = new TailHorizon(horizonPool, horizonWaits, connection.placement);
const apiKeys = new KnownApiKeys(pool);

serveReads((signal) =>
  postgresBooks({
    pool: {
      use: (read) => unless(signal, () => pool.use(read, signal)),
      close: () => pool.close(),
    },
    pulse: pool,
    cap,
    horizon,
    apiKeys,
  }),
);

// A thread of readers: what looks at many rows keeps nobody waiting on the thread that serves HTTP.
import { parentPort, workerData } from 'node:worker_threads';
import { factsOf } from '../fault-facts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import type { Books } from '../reads/books.ts';
import { runJob } from '../reads/read-jobs.ts';
import { ReadAborted } from '../reads/read-places.ts';
import { KnownApiKeys } from './postgres/known-api-keys.ts';
import { ReadPool } from './postgres/pool.ts';
import { PostgresBooks } from './postgres/postgres-books.ts';
import { TailHorizon } from './postgres/tail-horizon.ts';
import type { ReadCall, ReadReply, ReadThreadData } from './read-messages.ts';
import { FileSnapshots } from './sqlite/snapshots.ts';
import { SqliteBooks } from './sqlite/sqlite-books.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
const port = parentPort;
const data: ReadThreadData = workerData;

/** Connections of a thread: its reads share them. */
const connections = 2;

const running = new Map<number, AbortController>();
const booksUntil = open();

const reply = (message: ReadReply) => port.postMessage(message);

port.on('message', (message: ReadCall) => {
  if (message.kind === 'abort') running.get(message.call)?.abort();
  else run(message).catch((error: unknown) => setImmediate(() => fail(error)));
});

async function run({ call, job }: ReadCall & { readonly kind: 'run' }): Promise<void> {
  const controller = new AbortController();
  running.set(call, controller);
  try {
    const result = await runJob(booksUntil(controller.signal), job);
    reply({ kind: 'done', call, result });
  } catch (error) {
    if (error instanceof ReadAborted) reply({ kind: 'aborted', call });
    else {
      const fault = error instanceof StorageFault ? error.kind : 'rejected';
      reply({ kind: 'failed', call, fault, facts: factsOf(error) });
    }
  } finally {
    running.delete(call);
  }
}

/** Ends the thread: the thread that serves HTTP then answers what was with it. */
function fail(error: unknown): never {
  throw error;
}

/** Opens the books; each read gets them with its signal, and does nothing more after that. */
function open(): (signal: AbortSignal) => Books {
  switch (data.engine) {
    case 'sqlite': {
      const snapshots = new FileSnapshots(data.file);
      return (signal) =>
        new SqliteBooks(
          {
            read: (work) => unless(signal, () => snapshots.read(work)),
            close: () => snapshots.close(),
          },
          data.cap,
        );
    }
    case 'postgres': {
      const pool = new ReadPool(data.connection, connections);
      const horizon = new TailHorizon(pool, data.horizonWaits);
      const apiKeys = new KnownApiKeys(pool);
      return (signal) =>
        new PostgresBooks({
          pool: {
            use: (read) => unless(signal, () => pool.use(read)),
            close: () => pool.close(),
          },
          pulse: pool,
          cap: data.cap,
          horizon,
          apiKeys,
        });
    }
  }
}

async function unless<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new ReadAborted();
  return await read();
}

import { parentPort } from 'node:worker_threads';
import { factsOf } from '../fault-facts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import type { AllBooks } from '../reads/books.ts';
import { runJob } from '../reads/read-jobs.ts';
import { ReadAborted } from '../reads/read-places.ts';
import type { ReadCall, ReadReply } from './read-messages.ts';

/** Books for one read: with its signal, after which they do nothing more. */
export type BooksUntil = (signal: AbortSignal) => AllBooks;

/**
 * Runs the jobs that this thread is sent: reads of many rows do not block the thread that serves HTTP.
 *
 * @throws {Error} outside a worker thread
 */
export function serveReads(booksUntil: BooksUntil): void {
  if (parentPort === null) throw new Error('reads are served in a worker thread');
  const port = parentPort;
  const running = new Map<number, AbortController>();
  const reply = (message: ReadReply) => port.postMessage(message);
  const run = async ({ call, job }: ReadCall & { readonly kind: 'run' }): Promise<void> => {
    const controller = new AbortController();
    running.set(call, controller);
    try {
      reply({ kind: 'done', call, result: await runJob(booksUntil(controller.signal), job) });
    } catch (error) {
      reply(faultReply(call, error));
    } finally {
      running.delete(call);
    }
  };
  port.on('message', (message: ReadCall) => {
    if (message.kind === 'abort') running.get(message.call)?.abort();
    else run(message).catch((error: unknown) => setImmediate(() => fail(error)));
  });
}

/**
 * Does a part of a read, unless its client has left.
 *
 * @throws {ReadAborted} when it has
 */
export async function unless<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new ReadAborted();
  try {
    return await read();
  } catch (error) {
    // A cancelled read failed because of that.
    if (signal.aborted) throw new ReadAborted();
    throw error;
  }
}

function faultReply(call: number, error: unknown): ReadReply {
  if (error instanceof ReadAborted) return { kind: 'aborted', call };
  const fault = error instanceof StorageFault ? error.kind : 'rejected';
  return { kind: 'failed', call, fault, facts: factsOf(error) };
}

/** Ends the thread: the thread that serves HTTP then answers the requests that were with it. */
function fail(error: unknown): never {
  throw error;
}

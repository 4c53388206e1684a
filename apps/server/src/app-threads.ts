import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { bounds } from '@billonce/contract';
import type { Edge, EdgeParts } from './app-edge.ts';
import type { Config } from './config.ts';
import { factsOf } from './fault-facts.ts';
import { sumRetries } from './ledger/key-retries.ts';
import { sumMetrics } from './metrics/sum-metrics.ts';
import { sumActivities } from './metrics/tenant-activities.ts';
import { Calls } from './threads/calls.ts';
import { type SharedMemory, sharedMemory } from './threads/shared-memory.ts';
import { TakenBudgets } from './threads/taken-budgets.ts';
import type { MainAnswers, ThreadAnswers, ThreadData } from './threads/thread-messages.ts';

/** Answers requests on several threads; this one has what a process has once: the file, its writer, its reads and the workers. */
export async function edgeOnThreads(edge: EdgeParts): Promise<Edge> {
  const { parts, workers, ledger } = edge;
  const { config, log, metrics } = parts;
  await assertPortIsFree(config);
  metrics.watchQueue(() => ledger.state);
  metrics.watchWrites(() => workers.writeProbe.fault !== undefined);
  const failed = Promise.withResolvers<string>();
  const threads: HttpThread[] = [];
  const answers = mainAnswers(edge, threads);
  const started = { memory: sharedMemory(), activeSinceMs: parts.storage.nowMs() };
  for (let number = 1; number <= config.httpThreads; number++) {
    const thread = new HttpThread(dataOf(edge, number, started), answers, (error) => {
      log.fatal({ err: error, thread: number }, 'an HTTP thread ended');
      failed.resolve(`HTTP thread ${number} ended`);
    });
    threads.push(thread);
  }
  const close = async () => {
    for (const thread of threads) await thread.announceClosing();
    await Promise.all(threads.map((thread) => thread.close()));
  };
  try {
    let { port } = config;
    // One after the other: the first one may be given a free port.
    for (const { calls } of threads) port = await calls.ask('listen', port);
    return { port, failed: failed.promise, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Threads that share a port would share it with another server, too, which then got a part of the requests. */
async function assertPortIsFree({ host, port }: Config): Promise<void> {
  if (port === 0) return;
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function dataOf(
  { parts: { config, version }, ports: { areWorkersStarted } }: EdgeParts,
  number: number,
  started: { readonly memory: SharedMemory; readonly activeSinceMs: number },
): ThreadData {
  return { number, config, version, areWorkersStarted, ...started };
}

/** What the threads may ask. */
function mainAnswers(
  { parts, ports, ledger, reads }: EdgeParts,
  threads: readonly HttpThread[],
): MainAnswers {
  const budgets = new TakenBudgets();
  const { connectThread } = parts.storage;
  if (connectThread === undefined)
    throw new Error('only a file has several HTTP threads in front of its writer');
  return {
    read: (read, signal) => reads.run(read, signal),
    takeExportPlace: (tenant, signal) => reads.takeExportPlace(tenant, signal),
    giveBackExportPlace: (tenant) => reads.giveBackExportPlace(tenant),
    takeBudget: (part) => budgets.take(part),
    metrics: async () => {
      const ofThreads = threads.map(({ calls }) => calls.ask('metrics', undefined));
      return await sumMetrics(await Promise.all([parts.metrics.values(), ...ofThreads]));
    },
    activityOf: async (tenant) =>
      sumActivities(await Promise.all(threads.map(({ calls }) => calls.ask('activityOf', tenant)))),
    retriesOf: async (of) => {
      const ofThreads = threads.map(({ calls }) => calls.ask('retriesOf', of));
      return sumRetries(await Promise.all(ofThreads), bounds.retriesShown);
    },
    queue: async () => {
      const ofThreads = await Promise.all(threads.map(({ calls }) => calls.ask('queue', undefined)));
      const all = [ledger.state, ...ofThreads];
      return {
        queuedItems: all.reduce((sum, { queuedItems }) => sum + queuedItems, 0),
        inFlightItems: all.reduce((sum, { inFlightItems }) => sum + inFlightItems, 0),
      };
    },
    log: ports.logLine,
    connectWriter: connectThread,
  };
}

/** A thread that answers requests. If it ends unasked, the process must end, too. */
class HttpThread {
  readonly calls: Calls<ThreadAnswers>;
  readonly #worker: Worker;
  #isClosing = false;
  #hasEnded = false;
  #endedBy: unknown = new Error('it ended');

  constructor(data: ThreadData, answers: MainAnswers, onEnd: (error: unknown) => void) {
    this.#worker = new Worker(new URL('./app-thread.ts', import.meta.url), { workerData: data });
    this.calls = new Calls(this.#worker, answers);
    this.#worker.on('error', (error) => {
      this.#endedBy = error;
    });
    this.#worker.on('exit', () => {
      this.#hasEnded = true;
      this.calls.end(new Error(factsOf(this.#endedBy).message));
      if (!this.#isClosing) onEnd(this.#endedBy);
    });
  }

  async announceClosing(): Promise<void> {
    if (!this.#hasEnded) await this.calls.ask('announceClosing', undefined).catch(() => undefined);
  }

  /** Ends it after it has answered what it accepted; one that has ended, or did not start, is only ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#hasEnded) return;
    await this.calls.ask('close', undefined).catch(() => undefined);
    await this.#worker.terminate();
  }
}

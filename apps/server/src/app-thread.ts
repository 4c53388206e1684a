// An HTTP thread of several: it answers requests as the only one would, and asks the main thread for what a process has once.
import { parentPort, workerData } from 'node:worker_threads';
import { bounds } from '@billonce/contract';
import { apiKeysOf, deskOf, ledgerOf, writeProbeOf } from './app-desk.ts';
import { listen } from './app-edge.ts';
import { watchRequests } from './app-metrics.ts';
import { type AppParts, openTraces } from './app-parts.ts';
import { Certificate } from './http/certificate.ts';
import type { ProcessView } from './http/desk.ts';
import { httpServer } from './http/server.ts';
import { KeyRetries } from './ledger/key-retries.ts';
import { serverLog } from './log.ts';
import { Metrics } from './metrics/metrics.ts';
import { TenantActivities } from './metrics/tenant-activities.ts';
import { systemPorts } from './ports.ts';
import type { PlacedRead, PlacesReads } from './reads/placed-reads.ts';
import type { JobName, JobResult } from './reads/read-jobs.ts';
import { joinSqlite } from './storage/sqlite/join.ts';
import { lineOfNeighbour } from './storage/sqlite/writer/writer-line.ts';
import type { RequestStorage } from './storage/storage.ts';
import { Calls } from './threads/calls.ts';
import { SharedNumber, SharedScopes, SharedTally } from './threads/shared-memory.ts';
import type { MainAnswers, ThreadAnswers, ThreadData } from './threads/thread-messages.ts';
import { KeyUses } from './workers/key-uses.ts';
import { Sweep } from './workers/sweep.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
const port = parentPort;
const data: ThreadData = workerData;
const { config, version, memory } = data;

const answers: ThreadAnswers = {
  listen: async (wanted) => (await thread).listen(wanted),
  metrics: async () => (await thread).metrics.values(),
  activityOf: async (tenant) => (await thread).activities.of(tenant),
  retriesOf: async ({ tenant, key }) => (await thread).keyRetries.of(tenant, key),
  queue: async () => (await thread).ledger.state,
  announceClosing: async () => (await thread).ledger.announceClosing(),
  close: async () => (await thread).close(),
};
const main = new Calls<MainAnswers>(port, answers);
const log = serverLog(config.logLevel, { write: (line) => main.tell('log', line) }).child({
  thread: data.number,
});
const thread = start();
// Every question to it rejects with the error, too.
thread.catch(() => undefined);

async function start() {
  const metrics = new Metrics();
  const traces = await openTraces(config, version);
  const certificate = config.tls === undefined ? undefined : new Certificate(config.tls, log);
  const storage = await join(metrics);
  const parts: AppParts<RequestStorage> = { config, version, log, metrics, traces, storage };
  const apiKeys = apiKeysOf(parts, new SharedNumber(memory, 'key_changes'));
  const failing = new SharedNumber(memory, 'failing_threads');
  const writeProbe = writeProbeOf(parts, (isFailing) => (isFailing ? failing.advance() : failing.retreat()));
  const sweep = evictionsOf(storage);
  const ledger = ledgerOf(parts, { apiKeys, writeProbe, sweep });
  const keyUses = new KeyUses({ submit: (submission) => ledger.submit(submission), nowMs: storage.nowMs });
  const activities = new TenantActivities(data.activeSinceMs);
  const keyRetries = new KeyRetries(storage.nowMs, bounds.retriesShown);
  const tally = new SharedTally(memory);
  const probe = {
    // A write on any thread is one to the same file.
    get fault() {
      return writeProbe.fault ?? (failing.value > 0 ? failedElsewhere : undefined);
    },
    runOnce: () => writeProbe.runOnce(),
  };
  const made = {
    ledger,
    apiKeys,
    certificate,
    writeProbe: probe,
    keyUses,
    activities,
    keyRetries,
    tally,
    reads,
    view,
  };
  const desk = deskOf(parts, systemPorts, made);
  watchRequests(metrics, desk);
  const http = await httpServer(desk, log);
  if (data.areWorkersStarted) {
    writeProbe.start();
    keyUses.start();
  }
  const close = async () => {
    // The answers of accepted work are sent before the connections are closed.
    await http.close();
    await keyUses.stop();
    sweep.stop();
    await sweep.evicted();
    await writeProbe.stop();
    await ledger.drain();
    await storage.close();
    await traces?.close();
  };
  return {
    listen: (wanted: number) => listen(http, config, { port: wanted, reusePort: true }),
    metrics,
    activities,
    keyRetries,
    ledger,
    close,
  };
}

const failedElsewhere = { message: 'the last write of another thread failed' };

const reads: PlacesReads = {
  async run<N extends JobName>(read: PlacedRead<N>, signal: AbortSignal): Promise<JobResult<N>> {
    return parseResult<N>(await main.ask('read', read, signal));
  },
  takeExportPlace: (tenant, signal) => main.ask('takeExportPlace', tenant, signal),
  giveBackExportPlace: (tenant) => main.tell('giveBackExportPlace', tenant),
};

const view: ProcessView = {
  activeSinceMs: data.activeSinceMs,
  activityOf: (tenant: string) => main.ask('activityOf', tenant),
  retriesOf: (tenant, { scope, digest }) => main.ask('retriesOf', { tenant, key: { scope, digest } }),
  queue: () => main.ask('queue', undefined),
  metrics: () => main.ask('metrics', undefined),
};

/** The result of a read, which the main thread made for the same name. */
function parseResult<N extends JobName>(result: JobResult<JobName>): JobResult<N> {
  return result as JobResult<N>;
}

function join(metrics: Metrics): Promise<RequestStorage> {
  const { database, answersMax, answerBytesMax } = config;
  if (database.kind !== 'sqlite')
    throw new Error('only a file has several HTTP threads in front of its writer');
  return joinSqlite({
    sqlite: { file: database.file, cap: { answersMax, bytesMax: answerBytesMax } },
    openLine: lineOfNeighbour((line) => main.tell('connectWriter', line, [line])),
    scopes: new SharedScopes(memory),
    takeBudget: (caller, windowStartMs, cost) => main.ask('takeBudget', { caller, windowStartMs, cost }),
    threads: config.httpThreads,
    onCommitted: (items, commitMs) => metrics.committed(items, commitMs / 1_000),
  });
}

/** Deletes evicted answers. The sweep of everything runs on the main thread; this one counts what this thread has stored. */
function evictionsOf({ sweepable, nowMs }: RequestStorage): Sweep {
  // All threads together begin an eviction as often as one alone.
  const { answerTtlMs, retentionMs, answersMax, answerBytesMax, httpThreads } = config;
  const part = { answersMax: answersMax / httpThreads, answerBytesMax: answerBytesMax / httpThreads };
  return new Sweep(sweepable, { answerTtlMs, retentionMs, ...part }, nowMs, log);
}

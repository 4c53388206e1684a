import type { Logger } from 'pino';
import { apiKeysOf, ledgerOf, writeProbeOf } from './app-desk.ts';
import { edgeHere } from './app-edge.ts';
import { watchProcess } from './app-metrics.ts';
import { openParts } from './app-parts.ts';
import { startWorkers, stopWorkers, type Workers, workersOf } from './app-workers.ts';
import type { Config } from './config.ts';
import { Certificate } from './http/certificate.ts';
import { type Ports, systemPorts } from './ports.ts';
import { PlacedReads } from './reads/placed-reads.ts';
import { Sweep } from './workers/sweep.ts';

/** A running server. */
export interface App extends Workers {
  readonly url: string;
  /** `undefined`: requests arrive unencrypted */
  readonly certificate: Certificate | undefined;
  /** resolves with the reason if the process must end, because another process may now use the database */
  readonly lost: Promise<string>;
  /** resolves with the reason if the process must end, because one of its threads has */
  readonly failed: Promise<string>;
  /** Accepts no more work, finishes and answers what was accepted, closes the storage. */
  close(): Promise<void>;
}

/**
 * Connects the layers and starts to listen.
 *
 * @throws {Error} if the database cannot be opened, or the address cannot be listened on
 */
export async function startApp(
  config: Config,
  version: string,
  log: Logger,
  given: Partial<Ports> = {},
): Promise<App> {
  const ports: Ports = { ...systemPorts, ...given };
  // First: wrong files must not leave a database open.
  const certificate = config.tls === undefined ? undefined : new Certificate(config.tls, log);
  const parts = await openParts(config, version, log, ports.nowMs);
  const { storage, traces } = parts;
  const apiKeys = apiKeysOf(parts);
  const writeProbe = writeProbeOf(parts);
  const sweep = new Sweep(storage.sweepable, config, storage.nowMs, log);
  const ledger = ledgerOf(parts, { apiKeys, writeProbe, sweep });
  const workers = workersOf(parts, ledger, { sweep, writeProbe });
  const reads = new PlacedReads(storage.jobs);
  const closeStorage = async () => {
    await stopWorkers(workers);
    await ledger.drain();
    await storage.close();
    await traces?.close();
  };
  try {
    watchProcess(parts, reads, workers, ports.droppedLogLines);
    const begin = config.httpThreads === 1 ? edgeHere : await edgesOnThreads(given);
    const edge = await begin({ parts, ports, ledger, apiKeys, certificate, workers, reads });
    startWorkers(workers, ports.areWorkersStarted);
    const close = async () => {
      ledger.announceClosing();
      // The answers of accepted work are sent before the connections are closed.
      await edge.close();
      await closeStorage();
    };
    const { lost } = storage;
    return { url: urlOf(edge.port, config), ...workers, certificate, lost, failed: edge.failed, close };
  } catch (error) {
    await closeStorage();
    throw error;
  }
}

/** Loaded only if there are several: a server with one HTTP thread has no cost from them. */
async function edgesOnThreads({ nowMs, drawSecret }: Partial<Ports>) {
  if (nowMs !== undefined || drawSecret !== undefined)
    throw new Error('a clock and a randomness of a test reach only one HTTP thread');
  return (await import('./app-threads.ts')).edgeOnThreads;
}

function urlOf(port: number, { host: named, tls }: Config): string {
  const host = named.includes(':') ? `[${named}]` : named;
  return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}

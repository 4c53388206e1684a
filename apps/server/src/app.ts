import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { deskOf, ledgerOf, writeProbeOf } from './app-desk.ts';
import { watchProcess, watchRequests } from './app-metrics.ts';
import { openParts } from './app-parts.ts';
import { startWorkers, stopWorkers, type Workers, workersOf } from './app-workers.ts';
import type { Config } from './config.ts';
import { ApiKeyLookup } from './http/api-key-lookup.ts';
import { Certificate } from './http/certificate.ts';
import { httpServer } from './http/server.ts';
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
  /** Accepts no more work, finishes and answers what was accepted, closes the storage. */
  close(): Promise<void>;
}

/**
 * For how long a request relies on an API key that was looked up. On SQLite all changes are made by this process, and end it at once; the
 * time is for what an operator changes in the file by hand. On PostgreSQL the reading thread knows it (`KnownApiKeys`).
 */
const apiKeysCurrentForMs = { sqlite: 1_000, postgres: 0 } as const;

/**
 * Connects the rooms and starts to listen.
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
  const apiKeys = new ApiKeyLookup((digest) => storage.apiKeyBooks.apiKeyByDigest(digest), {
    unknownPerMinuteMax: config.unknownKeysPerMinuteMax,
    currentForMs: apiKeysCurrentForMs[config.database.kind],
    nowMs: () => performance.now(),
  });
  const writeProbe = writeProbeOf(parts);
  const sweep = new Sweep(storage.sweepable, config, storage.nowMs, log);
  const ledger = ledgerOf(parts, { apiKeys, writeProbe, sweep });
  const workers = workersOf(parts, ledger, { sweep, writeProbe });
  const closeStorage = async () => {
    await stopWorkers(workers);
    await ledger.drain();
    await storage.close();
    await traces?.close();
  };
  try {
    const reads = new PlacedReads(storage.jobs);
    const desk = deskOf(parts, ports, { ledger, apiKeys, certificate, reads, ...workers });
    watchRequests(parts.metrics, desk);
    watchProcess(parts, reads, workers, ports.droppedLogLines);
    const http = await httpServer(desk, log);
    await http.listen({
      host: config.host,
      port: config.port,
      // The framework only knows the server that it was given, and would report http.
      listenTextResolver: (address) =>
        `Server listening at ${config.tls === undefined ? address : address.replace(/^http:/, 'https:')}`,
    });
    startWorkers(workers, ports.areWorkersStarted);
    const close = async () => {
      ledger.announceClosing();
      // The answers of accepted work are sent before the connections are closed.
      await http.close();
      await closeStorage();
    };
    return { url: urlOf(http, config), ...workers, certificate, lost: storage.lost, close };
  } catch (error) {
    await closeStorage();
    throw error;
  }
}

function urlOf(http: FastifyInstance, config: Config): string {
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}

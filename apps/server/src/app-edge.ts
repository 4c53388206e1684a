import { bounds } from '@billonce/contract';
import type { FastifyInstance } from 'fastify';
import { type apiKeysOf, type DeskParts, deskOf } from './app-desk.ts';
import { watchRequests } from './app-metrics.ts';
import type { AppParts } from './app-parts.ts';
import type { Workers } from './app-workers.ts';
import type { Config } from './config.ts';
import { httpServer } from './http/server.ts';
import { KeyRetries } from './ledger/key-retries.ts';
import type { LedgerLanes } from './ledger/ledger-lanes.ts';
import { TenantActivities } from './metrics/tenant-activities.ts';
import type { Ports } from './ports.ts';
import type { PlacedReads } from './reads/placed-reads.ts';

/** What answers the requests of a process. */
export interface Edge {
  readonly port: number;
  /** resolves with the reason if it has failed, so that the process must end */
  readonly failed: Promise<string>;
  /** Accepts no more connections, and finishes and answers what was accepted. */
  close(): Promise<void>;
}

/** What the main thread has when it begins to listen. */
export interface EdgeParts extends Pick<DeskParts, 'certificate'> {
  readonly parts: AppParts;
  readonly ports: Ports;
  readonly ledger: LedgerLanes;
  readonly apiKeys: ReturnType<typeof apiKeysOf>;
  readonly workers: Workers;
  readonly reads: PlacedReads;
}

/** Answers requests on this thread. */
export async function edgeHere({ parts, ports, workers, ...made }: EdgeParts): Promise<Edge> {
  const { config, log, metrics, storage } = parts;
  const activities = new TenantActivities(storage.nowMs());
  const keyRetries = new KeyRetries(storage.nowMs, bounds.retriesShown);
  const desk = deskOf(parts, ports, { ...made, ...workers, activities, keyRetries });
  watchRequests(metrics, desk);
  const http = await httpServer(desk, log);
  const port = await listen(http, config, { port: config.port });
  return { port, failed: new Promise(() => undefined), close: () => http.close() };
}

/** Listens, and returns the port. */
export async function listen(
  http: FastifyInstance,
  { host, tls }: Config,
  options: { readonly port: number; readonly reusePort?: boolean },
): Promise<number> {
  await http.listen({
    host,
    ...options,
    // The framework only knows the server that it was given, and would report http.
    listenTextResolver: (address) =>
      `Server listening at ${tls === undefined ? address : address.replace(/^http:/, 'https:')}`,
  });
  const address = http.server.address();
  return typeof address === 'object' && address !== null ? address.port : options.port;
}

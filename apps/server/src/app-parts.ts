import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { Metrics } from './metrics/metrics.ts';
import { openStorage } from './open-storage.ts';
import type { RequestStorage, Storage } from './storage/storage.ts';
import type { Traces } from './traces/traces.ts';

/** What a server opens before it can write: every other part is connected to these. */
export interface AppParts<S extends RequestStorage = Storage> {
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** `undefined`: tracing is off */
  readonly traces: Traces | undefined;
  readonly storage: S;
}

/** Opens the configured storage, and creates the metrics and traces. */
export async function openParts(
  config: Config,
  version: string,
  log: Logger,
  nowMs: (() => number) | undefined,
): Promise<AppParts> {
  const metrics = new Metrics();
  const traces = await openTraces(config, version);
  const storage = await openStorage(
    config,
    nowMs,
    (items, commitMs) => metrics.committed(items, commitMs / 1_000),
    (tables) => log.info({ tables }, 'tables were distributed over the nodes of Citus'),
  );
  return { config, version, log, metrics, traces, storage };
}

/** Loaded only if configured: a server without traces has no cost from them. */
export async function openTraces(config: Config, version: string): Promise<Traces | undefined> {
  if (config.traces === undefined) return undefined;
  const { openTelemetryTraces } = await import('./traces/open-telemetry.ts');
  return openTelemetryTraces(config.traces, version);
}

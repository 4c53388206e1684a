import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { apiKeysCommands } from './domain/commands/api-keys.ts';
import { aheadToleranceMs } from './domain/usage.ts';
import { factsOf } from './fault-facts.ts';
import { ApiKeyLookup } from './http/api-key-lookup.ts';
import { DailyBytes } from './http/body/daily-bytes.ts';
import { Certificate } from './http/certificate.ts';
import { RateBudgets } from './http/rate-budget.ts';
import { ReadDesk } from './http/read-desk.ts';
import { httpServer } from './http/server.ts';
import { WriteDesk } from './http/write.ts';
import type { ExecutorOptions } from './ledger/batch-executor.ts';
import type { OnCommitted } from './ledger/gathering-executor.ts';
import { LedgerLanes } from './ledger/ledger-lanes.ts';
import type { OnDecided } from './ledger/ledger-parts.ts';
import { Metrics } from './metrics/metrics.ts';
import { TenantActivities } from './metrics/tenant-activities.ts';
import { openPostgres } from './storage/postgres/open.ts';
import { openSqlite } from './storage/sqlite/open.ts';
import type { Storage } from './storage/storage.ts';
import type { Traces } from './traces/traces.ts';
import { httpSender } from './webhooks/sender.ts';
import { Audit } from './workers/audit.ts';
import { KeyUses } from './workers/key-uses.ts';
import { Outbox } from './workers/outbox.ts';
import { PassingTime } from './workers/passing-time.ts';
import { Sweep } from './workers/sweep.ts';
import { WriteProbe } from './workers/write-probe.ts';

/** Dependencies from outside the process, so that tests can pass their own. */
export interface Ports {
  /** `undefined`: the clock of the storage, which is that of the database if there is one */
  readonly nowMs: (() => number) | undefined;
  readonly drawSecret: () => string;
  /** whether write probe, outbox and audit run automatically; a test runs them by hand, at chosen times */
  readonly areWorkersStarted: boolean;
  /** log lines lost since the start */
  readonly droppedLogLines: () => number;
}

const systemPorts: Ports = {
  nowMs: undefined,
  drawSecret: () => randomBytes(16).toString('hex'),
  areWorkersStarted: true,
  droppedLogLines: () => 0,
};

/** A running server. */
export interface App {
  readonly url: string;
  readonly sweep: Sweep;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly keyUses: KeyUses;
  readonly passingTime: PassingTime;
  readonly writeProbe: WriteProbe;
  /** `undefined`: requests arrive unencrypted */
  readonly certificate: Certificate | undefined;
  /** resolves with the reason if the process must end, because another process may now use the database */
  readonly lost: Promise<string>;
  /** Accepts no more work, finishes and answers what was accepted, closes the storage. */
  close(): Promise<void>;
}

const sealedAnswerTtlMs = 600_000;
/**
 * For how long a request relies on an API key that was looked up. On SQLite all changes are made by this process, and end it at once; the
 * time is for what an operator changes in the file by hand. On PostgreSQL the reading thread knows it (`KnownApiKeys`).
 */
const apiKeysCurrentForMs = { sqlite: 1_000, postgres: 0 } as const;
/** The number of tenants that the metrics show by name: those that use most. */
const heaviestShown = 10;

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
  const metrics = new Metrics();
  const traces = await openTraces(config, version);
  const storage = await openStorage(config, ports.nowMs, (items, commitMs) =>
    metrics.committed(items, commitMs / 1_000),
  );
  const { books, apiKeyBooks, nowMs } = storage;
  const writeProbe = new WriteProbe({
    probeWrite: () => storage.probeWrite(),
    log,
    onFault: (facts) => metrics.writeFailed(facts),
    onProbed: (outcome, error) => metrics.probed(outcome, error),
  });
  const apiKeys = new ApiKeyLookup((digest) => apiKeyBooks.apiKeyByDigest(digest), {
    unknownPerMinuteMax: config.unknownKeysPerMinuteMax,
    currentForMs: apiKeysCurrentForMs[config.database.kind],
    nowMs: () => performance.now(),
  });
  const sweep = new Sweep(storage.sweepable, config, nowMs, log);
  const decided: OnDecided = (submission, outcome) => {
    metrics.decided(submission, outcome);
    writeProbe.decided(outcome);
    if (Object.hasOwn(apiKeysCommands, submission.command.kind)) apiKeys.forget();
    if (submission.key === undefined || outcome.kind !== 'answered' || outcome.replayed) return;
    sweep.answerStored(outcome.response.body.length);
  };
  const ledger = new LedgerLanes(storage, {
    nowMs,
    onDecided: decided,
    limits: storage.limits,
    replays: storage.replays,
  });
  metrics.watchQueue(() => ledger.state);
  metrics.watchLog(ports.droppedLogLines);
  metrics.watchBuild({ version, node: process.version, engine: config.database.kind });
  metrics.watchDatabase({
    ...storage,
    onUnread: (error) => log.warn({ err: factsOf(error) }, 'the metrics of the database could not be read'),
  });
  const reads = new ReadDesk(storage.jobs);
  metrics.watchReads(reads.places);
  metrics.watchWrites(() => writeProbe.fault !== undefined);
  metrics.watchTenants('reads', () => reads.byTenant());
  const audit = new Audit({
    books,
    jobs: storage.jobs,
    audits: storage.audits,
    everyMs: config.auditEveryMs,
    nowMs,
    log,
    report: (sums) => metrics.audited(sums),
    reportFailed: (tenants) => metrics.auditsFailed(tenants),
  });
  const outbox = new Outbox({
    books,
    queue: storage.deliveryQueue,
    submit: (submission) => ledger.submit(submission),
    sender: httpSender({ timeoutMs: config.webhookTimeoutMs, targets: config.webhookTargets }),
    pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    atRestKeys: config.atRestKeys,
    nowMs,
    random: Math.random,
    onAttempted: (outcome) => metrics.attempted(outcome),
    traces,
    userAgent: `Billonce/${version}`,
    log,
  });
  metrics.watchTenants('webhook_places', () => outbox.placesByTenant());
  const keyUses = new KeyUses({ submit: (submission) => ledger.submit(submission), nowMs });
  const passingTime = new PassingTime({
    books,
    submit: (submission) => ledger.submit(submission),
    nowMs,
    log,
  });
  const closeStorage = async () => {
    await passingTime.stop();
    await keyUses.stop();
    sweep.stop();
    audit.stop();
    await outbox.stop();
    await writeProbe.stop();
    await ledger.drain();
    await storage.close();
    await traces?.close();
  };
  try {
    const rateBudgets = new RateBudgets(storage.takeBudget, nowMs);
    const dailyBytes = new DailyBytes(config.tenantBytesPerDay, storage.takeKeptBudget, nowMs);
    metrics.watchBudgets(() => rateBudgets.heaviest(heaviestShown));
    const activities = new TenantActivities(nowMs());
    const writes = new WriteDesk(ledger, config.isKeyRequired, (tenant, outcome) =>
      activities.decided(tenant, outcome),
    );
    const http = await httpServer(
      {
        writes,
        ledger,
        books,
        apiKeyBooks,
        reads,
        apiKeys,
        certificate,
        rateBudgets,
        dailyBytes,
        writeProbe,
        keyUses,
        metrics,
        activities,
        traces,
        config,
        version,
        ...ports,
        nowMs,
      },
      log,
    );
    await http.listen({
      host: config.host,
      port: config.port,
      // The framework only knows the server that it was given, and would report http.
      listenTextResolver: (address) =>
        `Server listening at ${config.tls === undefined ? address : address.replace(/^http:/, 'https:')}`,
    });
    sweep.start();
    if (ports.areWorkersStarted) {
      writeProbe.start();
      outbox.start();
      audit.start();
      keyUses.start();
      passingTime.start();
    }
    const close = async () => {
      ledger.announceClosing();
      // The answers of accepted work are sent before the connections are closed.
      await http.close();
      await closeStorage();
    };
    return {
      url: urlOf(http, config),
      sweep,
      outbox,
      audit,
      keyUses,
      passingTime,
      writeProbe,
      certificate,
      lost: storage.lost,
      close,
    };
  } catch (error) {
    await closeStorage();
    throw error;
  }
}

/** Loaded only if configured: a server without traces has no cost from them. */
async function openTraces(config: Config, version: string): Promise<Traces | undefined> {
  if (config.traces === undefined) return undefined;
  const { openTelemetryTraces } = await import('./traces/open-telemetry.ts');
  return openTelemetryTraces(config.traces, version);
}

/** The engine that `DATABASE_URL` selects. */
function openStorage(
  config: Config,
  nowMs: (() => number) | undefined,
  onCommitted: OnCommitted,
): Promise<Storage> {
  const { database } = config;
  const cap = { answersMax: config.answersMax, bytesMax: config.answerBytesMax };
  switch (database.kind) {
    case 'sqlite':
      return openSqlite(
        { file: database.file, cap, readThreads: config.readThreads },
        executorOptions(config),
        nowMs ?? Date.now,
        onCommitted,
      );
    case 'postgres':
      return openPostgres(
        { ...database, cap, retentionMs: config.retentionMs, readThreads: config.readThreads },
        executorOptions(config),
        nowMs,
        onCommitted,
      );
  }
}

function executorOptions(config: Config): ExecutorOptions {
  return {
    policy: { retentionMs: config.retentionMs, futureToleranceMs: aheadToleranceMs },
    answerTtlMs: config.answerTtlMs,
    sealedAnswerTtlMs: Math.min(sealedAnswerTtlMs, config.answerTtlMs),
    bulkItemsMax: config.bulkItemsMax,
    atRestKeys: config.atRestKeys,
  };
}

function urlOf(http: FastifyInstance, config: Config): string {
  const address = http.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}

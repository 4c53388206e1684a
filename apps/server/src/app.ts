import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { httpServer } from './http/server.ts';
import { WriteDesk } from './http/write.ts';
import type { ExecutorOptions } from './ledger/batch-executor.ts';
import { Ledger } from './ledger/ledger.ts';
import { Metrics } from './metrics/metrics.ts';
import { SqliteBooks } from './storage/sqlite/sqlite-books.ts';
import { SqliteWriter } from './storage/sqlite/writer.ts';
import { httpSender } from './webhooks/sender.ts';
import { Audit } from './workers/audit.ts';
import { Outbox } from './workers/outbox.ts';
import { Sweep } from './workers/sweep.ts';

/** What comes from outside the process, so that tests can bring their own. */
export interface Ports {
  readonly nowMs: () => number;
  readonly drawSecret: () => string;
  /** whether outbox and audit run by themselves; a test runs them by hand, at times of its own */
  readonly areWorkersStarted: boolean;
}

const systemPorts: Ports = {
  nowMs: Date.now,
  drawSecret: () => randomBytes(16).toString('hex'),
  areWorkersStarted: true,
};

/** A running server. */
export interface App {
  readonly url: string;
  readonly sweep: Sweep;
  readonly outbox: Outbox;
  readonly audit: Audit;
  /** Stops accepting, finishes what was taken, answers it, closes the file. */
  close(): Promise<void>;
}

const futureToleranceMs = 300_000;
const sealedAnswerTtlMs = 600_000;

/**
 * Puts the rooms together and starts to listen.
 *
 * @throws {Error} when the database cannot be opened, or the address cannot be listened on
 */
export async function startApp(
  config: Config,
  version: string,
  log: Logger,
  ports: Ports = systemPorts,
): Promise<App> {
  const cap = { answersMax: config.answersMax, bytesMax: config.answerBytesMax };
  const metrics = new Metrics();
  const writer = await SqliteWriter.start(
    { sqlite: { file: config.databaseFile, cap }, executor: executorOptions(config) },
    (items, commitMs) => metrics.committed(items, commitMs / 1_000),
  );
  const ledger = new Ledger(writer, ports.nowMs, (submission, outcome) =>
    metrics.decided(submission, outcome),
  );
  metrics.watchQueue(() => ledger.state);
  const books = new SqliteBooks(config.databaseFile, cap);
  const sweep = new Sweep(writer, config, ports.nowMs, log);
  const audit = new Audit(books, config.auditEveryMs, ports.nowMs, log, (report) => metrics.audited(report));
  const outbox = new Outbox({
    books,
    submit: (submission) => ledger.submit(submission),
    sender: httpSender({
      timeoutMs: config.webhookTimeoutMs,
      allowsPrivate: config.webhookAllowsPrivateTargets,
    }),
    atRestKeys: config.atRestKeys,
    nowMs: ports.nowMs,
    random: Math.random,
    onAttempted: (outcome) => metrics.attempted(outcome),
    userAgent: `Billonce/${version}`,
    log,
  });
  const closeStorage = async () => {
    sweep.stop();
    audit.stop();
    await outbox.stop();
    await ledger.drain();
    books.close();
    await writer.close();
  };
  try {
    // Opened while all is well: later, on a full disk, it could not be, and reads go on there.
    await books.ping();
    const writes = new WriteDesk(ledger, config.isKeyRequired);
    const http = await httpServer({ writes, ledger, books, metrics, config, version, ...ports }, log);
    await http.listen({ host: config.host, port: config.port });
    sweep.start();
    if (ports.areWorkersStarted) {
      outbox.start();
      audit.start();
    }
    const close = async () => {
      ledger.announceClosing();
      // Answers of what was taken leave before the connections are closed.
      await http.close();
      await closeStorage();
    };
    return { url: urlOf(http, config), sweep, outbox, audit, close };
  } catch (error) {
    await closeStorage();
    throw error;
  }
}

function executorOptions(config: Config): ExecutorOptions {
  return {
    policy: { retentionMs: config.retentionMs, futureToleranceMs },
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
  return `http://${host}:${port}`;
}

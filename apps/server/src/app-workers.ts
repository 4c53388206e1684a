import { setTimeout as sleep } from 'node:timers/promises';
import type { AppParts } from './app-parts.ts';
import type { WritePath } from './ledger/ledger-lanes.ts';
import { httpSender } from './webhooks/sender.ts';
import { Audit } from './workers/audit.ts';
import { KeyUses } from './workers/key-uses.ts';
import { Outbox } from './workers/outbox.ts';
import { PassingTime } from './workers/passing-time.ts';
import type { Sweep } from './workers/sweep.ts';
import type { WriteProbe } from './workers/write-probe.ts';

/** What a server does besides answering requests. */
export interface Workers {
  readonly sweep: Sweep;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly keyUses: KeyUses;
  readonly passingTime: PassingTime;
  readonly writeProbe: WriteProbe;
}

/** Connects the workers; the write path reports to two of them, which are there before it. */
export function workersOf(
  parts: AppParts,
  ledger: WritePath,
  existing: Pick<Workers, 'sweep' | 'writeProbe'>,
): Workers {
  const { config, version, log, metrics, traces, storage } = parts;
  const { books, nowMs, jobs } = storage;
  const submit: WritePath['submit'] = (submission) => ledger.submit(submission);
  const audit = new Audit({
    books,
    jobs,
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
    submit,
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
  const keyUses = new KeyUses({ submit, nowMs });
  const passingTime = new PassingTime({ books, submit, nowMs, log });
  return { ...existing, audit, outbox, keyUses, passingTime };
}

/** Starts them; a test that runs workers by hand starts only the sweep. */
export function startWorkers(workers: Workers, areAllStarted: boolean): void {
  workers.sweep.start();
  if (!areAllStarted) return;
  workers.writeProbe.start();
  workers.outbox.start();
  workers.audit.start();
  workers.keyUses.start();
  workers.passingTime.start();
}

/** Stops them; those that write are stopped before the write path is drained. */
export async function stopWorkers(workers: Workers): Promise<void> {
  await workers.passingTime.stop();
  await workers.keyUses.stop();
  workers.sweep.stop();
  workers.audit.stop();
  await workers.outbox.stop();
  await workers.writeProbe.stop();
}

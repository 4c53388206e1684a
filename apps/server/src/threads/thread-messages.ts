import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config.ts';
import type { RetriesOfKey } from '../domain/key-retries.ts';
import type { LedgerState } from '../ledger/ledger-parts.ts';
import type { MetricsText, MetricValues } from '../metrics/metric-set.ts';
import type { TenantActivity } from '../metrics/tenant-activities.ts';
import type { PlacedRead } from '../reads/placed-reads.ts';
import type { JobName, JobResult } from '../reads/read-jobs.ts';
import type { Askable } from './calls.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { BudgetPart } from './taken-budgets.ts';

/** What an HTTP thread is started with. */
export interface ThreadData {
  /** from 1 on */
  readonly number: number;
  readonly config: Config;
  readonly version: string;
  readonly memory: SharedMemory;
  readonly activeSinceMs: number;
  readonly areWorkersStarted: boolean;
}

type Waiting = Pick<LedgerState, 'queuedItems' | 'inFlightItems'>;

/** An idempotency key, as a caller of a tenant used it. */
interface KeyOfTenant {
  readonly tenant: string;
  readonly key: { readonly scope: string; readonly digest: string };
}

/** What the main thread asks an HTTP thread. */
export interface ThreadAnswers extends Askable {
  /** Listens on the port, beside the other threads; returns the port, which 0 leaves to the system. */
  listen(port: number): Promise<number>;
  metrics(nothing: undefined): Promise<MetricValues>;
  activityOf(tenant: string): Promise<TenantActivity>;
  retriesOf(of: KeyOfTenant): Promise<RetriesOfKey>;
  queue(nothing: undefined): Promise<Waiting>;
  announceClosing(nothing: undefined): Promise<void>;
  /** Accepts nothing more, finishes and answers what was accepted, and closes what it has open. */
  close(nothing: undefined): Promise<void>;
}

/** What an HTTP thread asks the main thread, which has what a process has once. */
export interface MainAnswers extends Askable {
  read(read: PlacedRead, signal: AbortSignal): Promise<JobResult<JobName>>;
  takeExportPlace(tenant: string, signal: AbortSignal): Promise<void>;
  giveBackExportPlace(tenant: string): void;
  takeBudget(part: BudgetPart): number;
  /** of all threads */
  metrics(nothing: undefined): Promise<MetricsText>;
  activityOf(tenant: string): Promise<TenantActivity>;
  retriesOf(of: KeyOfTenant): Promise<RetriesOfKey>;
  queue(nothing: undefined): Promise<Waiting>;
  log(line: string): void;
  connectWriter(port: MessagePort): void;
}

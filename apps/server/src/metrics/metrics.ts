import type { Counter, Gauge, Histogram } from 'prom-client';
import { amountOfStroop } from '../domain/money.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { SparedUsage } from '../domain/spared.ts';
import type { FaultFacts } from '../fault-facts.ts';
import type { LedgerState } from '../ledger/ledger-parts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import type { AuditedBooks } from '../reads/audits.ts';
import { type WatchedDatabase, watchDatabase } from './database-metrics.ts';
import { faultReason } from './fault-reason.ts';
import { MetricSet, type MetricsText, type MetricValues } from './metric-set.ts';
import { PrepaidMetrics } from './prepaid-metrics.ts';
import { type ReadPlacesByKind, watchReads } from './read-metrics.ts';
import { type TenantBudget, TenantMetrics } from './tenant-metrics.ts';

/** The running versions. */
export interface Build {
  readonly version: string;
  readonly node: string;
  readonly engine: 'sqlite' | 'postgres';
}

/** The outcome of a request with an idempotency key. */
export type KeyedOutcome = 'executed' | 'replayed' | 'conflict' | 'expired' | 'refused' | 'fault';

const answersMax = 10_000;

interface AnswerMetrics {
  readonly count: Counter.Internal;
  readonly time: Histogram.Internal<'method' | 'route'>;
}

/** The server's metrics, for Prometheus. `metric-table.ts` describes each. */
export class Metrics {
  readonly #set = new MetricSet();
  readonly #tenants = new TenantMetrics(this.#set);
  readonly #prepaid = new PrepaidMetrics(this.#set);
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #requestSeconds: Histogram<'method' | 'route'>;
  /** by method, route and status: the client looks labels up by an object that it makes of them, 1 µs for each answer */
  readonly #answers = new Map<string, AnswerMetrics>();
  readonly #keyed: Counter<'outcome'>;
  /** its counters by outcome, for the same reason */
  readonly #keyedBy = new Map<KeyedOutcome, Counter.Internal>();
  readonly #batchItems: Histogram;
  readonly #commitSeconds: Histogram;
  readonly #recorded: Counter;
  readonly #sparedRetries: Counter;
  readonly #sparedRequests: Counter;
  readonly #sparedStroops: Counter;
  readonly #overloads: Counter;
  readonly #quotas: Counter;
  readonly #writeFaults: Counter<'code'>;
  readonly #writeProbes: Counter<'outcome'>;
  readonly #storageFaults: Counter<'operation' | 'reason'>;
  readonly #deliveries: Counter<'outcome'>;
  readonly #connectionsCut: Counter<'reason'>;
  readonly #rateLimited: Counter;
  readonly #limitRefusals: Counter;
  readonly #failedAudits: Gauge;
  readonly #books: readonly { readonly gauge: Gauge; readonly read: (books: AuditedBooks) => number }[];

  constructor() {
    const set = this.#set;
    this.#requests = set.counter('http_requests_total');
    this.#requestSeconds = set.histogram('http_request_seconds');
    this.#keyed = set.counter('idempotency_requests_total');
    this.#batchItems = set.histogram('batch_items');
    this.#commitSeconds = set.histogram('commit_seconds');
    this.#recorded = set.counter('usage_recorded_total');
    this.#sparedRetries = set.counter('retries_not_billed_total');
    this.#sparedRequests = set.counter('retries_not_billed_requests_total');
    this.#sparedStroops = set.counter('retries_not_billed_stroops_total');
    this.#overloads = set.counter('overloaded_total');
    this.#quotas = set.counter('quota_exceeded_total');
    this.#writeFaults = set.counter('write_faults_total');
    this.#writeProbes = set.counter('write_probes_total');
    this.#storageFaults = set.counter('storage_faults_total');
    this.#deliveries = set.counter('webhook_attempts_total');
    this.#connectionsCut = set.counter('connections_cut_total');
    this.#rateLimited = set.counter('rate_limited_total');
    this.#limitRefusals = set.counter('limit_refusals_total');
    this.#failedAudits = set.gauge('audit_failed_tenants');
    this.#books = [
      { gauge: set.gauge('tenants'), read: ({ tenants }) => tenants },
      { gauge: set.gauge('accounts'), read: ({ accounts }) => accounts },
      {
        gauge: set.gauge('outstanding_requests'),
        read: ({ outstandingRequests }) => Number(outstandingRequests),
      },
      {
        gauge: set.gauge('outstanding_stroops'),
        read: ({ outstandingStroops }) => Number(outstandingStroops),
      },
      { gauge: set.gauge('settled_stroops'), read: ({ settledStroops }) => Number(settledStroops) },
      { gauge: set.gauge('written_off_stroops'), read: ({ writtenOffStroops }) => Number(writtenOffStroops) },
      { gauge: set.gauge('audit_differences'), read: ({ differences }) => differences },
      { gauge: set.gauge('audit_ended_timestamp_seconds'), read: ({ endedAtMs }) => endedAtMs / 1_000 },
    ];
  }

  /** Shows the usage of the tenants that use most of a budget. */
  watchTenants(budget: TenantBudget, used: () => ReadonlyMap<string, number>): void {
    this.#tenants.watch(budget, used);
  }

  rateLimited(): void {
    this.#rateLimited.inc();
  }

  /** Shows the running versions. */
  watchBuild(build: Build): void {
    this.#set.gauge('build_info', (gauge) => gauge.set({ ...build }, 1));
  }

  /** Shows the database, read at each scrape. */
  watchDatabase(database: WatchedDatabase): void {
    watchDatabase(this.#set, database);
  }

  /** Shows what the heaviest callers have used of their rate budgets, read at each scrape. */
  watchBudgets(heaviest: () => readonly (readonly [caller: string, used: number])[]): void {
    this.#set.gauge('rate_budget_used', (gauge) => {
      gauge.reset();
      // A tenant may have several scopes: the admin acting for it, and addresses without a key.
      for (const [caller, used] of heaviest()) gauge.inc({ tenant: caller.split(' ', 1)[0] ?? '' }, used);
    });
  }

  /** Shows what is waiting, read at each scrape. */
  watchQueue(queue: () => LedgerState): void {
    this.#set.gauge('queue_items', (gauge) => gauge.set(queue().queuedItems));
    this.#set.gauge('queue_slots', (gauge) => gauge.set(queue().queueSlots));
    this.#set.gauge('queue_used_ratio', (gauge) => gauge.set(queue().queueUsedRatio));
    this.#set.gauge('in_flight_items', (gauge) => gauge.set(queue().inFlightItems));
    this.#set.gauge('in_flight_slots', (gauge) => gauge.set(queue().inFlightSlots));
  }

  /** Shows how many connections are open, read at each scrape. */
  watchConnections(open: () => number): void {
    this.#set.gauge('connections', (gauge) => gauge.set(open()));
  }

  /** Shows how many lines the log has lost, read at each scrape. */
  watchLog(droppedLines: () => number): void {
    this.#set.counter('log_lines_dropped_total', (counter) => counter.inc(droppedLines()));
  }

  /** Shows the bytes of request bodies in memory, read at each scrape. */
  watchBodies(bytes: () => number): void {
    this.#set.gauge('body_bytes', (gauge) => gauge.set(bytes()));
  }

  connectionCut(reason: string): void {
    this.#connectionsCut.labels(reason).inc();
  }

  /** Shows the reads that need a place, read at each scrape. */
  watchReads(places: ReadPlacesByKind): void {
    watchReads(this.#set, places);
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    const name = `${method} ${route} ${status}`;
    let known = this.#answers.get(name);
    if (known === undefined) {
      const count = this.#requests.labels(method, route, String(status));
      const time = this.#requestSeconds.labels(method, route);
      known = { count, time };
      // Methods, routes and statuses are few; the limit is for certainty.
      if (this.#answers.size < answersMax) this.#answers.set(name, known);
    }
    known.count.inc();
    known.time.observe(seconds);
  }

  /** Counts a refusal of input that never became a request: it has no method and no route. */
  refusedBroken(status: number): void {
    this.#requests.labels('none', 'none', String(status)).inc();
  }

  decided({ key, command }: Submission, outcome: Outcome): void {
    if (key !== undefined) this.#countKeyed(keyedOutcome(outcome));
    this.#prepaid.decided(command, outcome);
    if (outcome.kind === 'refused') this.#limitRefusals.inc(limitRefusalsIn(outcome.refusal));
    if (outcome.kind === 'fault') this.#storageFailed('write', outcome.facts);
    if (outcome.kind !== 'answered') return;
    if (outcome.usageRecorded !== undefined) this.#recorded.inc(outcome.usageRecorded);
    if (outcome.spared !== undefined) this.#addSpared(outcome.spared);
  }

  committed(items: number, seconds: number): void {
    this.#batchItems.observe(items);
    this.#commitSeconds.observe(seconds);
  }

  /** Shows whether writes fail, read at each scrape. */
  watchWrites(isFailing: () => boolean): void {
    this.#set.gauge('writes_failing', (gauge) => gauge.set(isFailing() ? 1 : 0));
  }

  overloaded(): void {
    this.#overloads.inc();
  }

  quotaExceeded(): void {
    this.#quotas.inc();
  }

  /** Counts a write or a probe after which writes fail. The codes of the engines are few, and none names a row. */
  writeFailed({ code = 'none' }: FaultFacts): void {
    this.#writeFaults.labels(code).inc();
  }

  /** Counts the error of a request that read, if it is the storage's. */
  readFailed(error: unknown): void {
    if (error instanceof StorageFault) this.#storageFailed('read', error.facts);
  }

  /** @param error why a probe failed */
  probed(outcome: 'written' | 'failed', error?: unknown): void {
    this.#writeProbes.labels(outcome).inc();
    if (error instanceof StorageFault) this.#storageFailed('probe', error.facts);
  }

  attempted(outcome: string): void {
    this.#deliveries.labels(outcome).inc();
  }

  audited(books: AuditedBooks): void {
    for (const { gauge, read } of this.#books) gauge.set(read(books));
    this.#prepaid.audited(books);
  }

  auditsFailed(tenants: number): void {
    this.#failedAudits.set(tenants);
  }

  /** All metrics in Prometheus's text format. */
  async text(): Promise<MetricsText> {
    return await this.#set.text();
  }

  /** All metrics as plain data, for the sum over threads. */
  async values(): Promise<MetricValues> {
    return await this.#set.values();
  }

  #countKeyed(outcome: KeyedOutcome): void {
    let counter = this.#keyedBy.get(outcome);
    if (counter === undefined) {
      counter = this.#keyed.labels(outcome);
      this.#keyedBy.set(outcome, counter);
    }
    counter.inc();
  }

  #storageFailed(operation: 'read' | 'write' | 'probe', facts: FaultFacts): void {
    const reason = faultReason(facts);
    if (reason !== undefined) this.#storageFaults.labels(operation, reason).inc();
  }

  #addSpared({ retries, requests, cost }: SparedUsage): void {
    this.#sparedRetries.inc(retries);
    this.#sparedRequests.inc(Number(requests));
    this.#sparedStroops.inc(Number(cost) / Number(amountOfStroop));
  }
}

function limitRefusalsIn(refusal: Refusal): number {
  if (refusal.code !== 'bulk_rejected') return refusal.code === 'limit_reached' ? 1 : 0;
  return refusal.results.filter((result) => result.kind === 'refused' && result.code === 'limit_reached')
    .length;
}

/** The outcome of a request with an idempotency key. */
export function keyedOutcome(outcome: Outcome): KeyedOutcome {
  switch (outcome.kind) {
    case 'answered':
      return outcome.replayed ? 'replayed' : 'executed';
    case 'fault':
      return 'fault';
    case 'refused':
      if (outcome.refusal.code === 'idempotency_conflict') return 'conflict';
      return outcome.refusal.code === 'idempotency_key_expired' ? 'expired' : 'refused';
  }
}

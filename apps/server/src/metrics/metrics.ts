import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { amountOfStroop } from '../domain/money.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { SparedUsage } from '../domain/spared.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import type { AuditedBooks } from '../reads/audits.ts';
import { PrepaidMetrics } from './prepaid-metrics.ts';
import { type ReadPlacesByKind, watchReads } from './read-metrics.ts';
import { type TenantBudget, TenantMetrics } from './tenant-metrics.ts';

/** What is waiting in the write path now. */
export interface QueueState {
  readonly queuedItems: number;
  readonly inFlightItems: number;
}

/** The outcome of a request with an idempotency key. */
export type KeyedOutcome = 'executed' | 'replayed' | 'conflict' | 'expired' | 'refused' | 'fault';

const requestSecondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const commitSecondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const batchItemsBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 10_000];

const answersMax = 10_000;

interface AnswerMetrics {
  readonly count: Counter.Internal;
  readonly time: Histogram.Internal<'method' | 'route'>;
}

/**
 * The server's metrics, for Prometheus. No label contains a key, an agent or a path: routes are patterns. Only
 * `billonce_rate_budget_used` and `billonce_tenant_budget_used` name tenants, ten at the most of each budget. Amounts
 * are doubles there, so those beyond 2^53 are rounded; the books are exact.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #tenants = new TenantMetrics(this.#registry);
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #requestSeconds: Histogram<'method' | 'route'>;
  /** by method, route and status: the client looks labels up by an object that it makes of them, 1 µs for each answer */
  readonly #answers = new Map<string, AnswerMetrics>();
  readonly #keyed: Counter<'outcome'>;
  readonly #batchItems: Histogram;
  readonly #commitSeconds: Histogram;
  readonly #sparedRetries: Counter;
  readonly #sparedRequests: Counter;
  readonly #sparedStroops: Counter;
  readonly #overloads: Counter;
  readonly #quotas: Counter;
  readonly #writeFaults: Counter<'code'>;
  readonly #writeProbes: Counter<'outcome'>;
  readonly #deliveries: Counter<'outcome'>;
  readonly #connectionsCut: Counter<'reason'>;
  readonly #rateLimited: Counter;
  readonly #limitRefusals: Counter;
  readonly #prepaid: PrepaidMetrics;
  readonly #failedAudits: Gauge;
  readonly #books: readonly { readonly gauge: Gauge; readonly read: (books: AuditedBooks) => number }[];

  constructor() {
    const registers = [this.#registry];
    const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name: `billonce_${name}`, help, labelNames: [...labelNames], registers });
    const gauge = (name: string, help: string) => new Gauge({ name: `billonce_${name}`, help, registers });
    this.#requests = counter('http_requests_total', 'Requests that were answered', [
      'method',
      'route',
      'status',
    ]);
    this.#requestSeconds = new Histogram({
      name: 'billonce_http_request_seconds',
      help: 'How long requests took',
      labelNames: ['method', 'route'],
      buckets: requestSecondsBuckets,
      registers,
    });
    this.#keyed = counter('idempotency_requests_total', 'Requests with an Idempotency-Key, by outcome', [
      'outcome',
    ]);
    this.#batchItems = new Histogram({
      name: 'billonce_batch_items',
      help: 'Items of the batches that were decided together',
      buckets: batchItemsBuckets,
      registers,
    });
    this.#commitSeconds = new Histogram({
      name: 'billonce_commit_seconds',
      help: 'How long a batch took from load to commit, on disk',
      buckets: commitSecondsBuckets,
      registers,
    });
    this.#sparedRetries = counter('retries_not_billed_total', 'Retries of usage that were not billed again');
    this.#sparedRequests = counter('retries_not_billed_requests_total', 'Their requests');
    this.#sparedStroops = counter(
      'retries_not_billed_stroops_total',
      'Their price: when the first attempt was recorded, or now',
    );
    this.#overloads = counter('overloaded_total', 'Requests that were refused because too much was waiting');
    this.#quotas = counter('quota_exceeded_total', 'Requests beyond the bytes of their tenant for the day');
    this.#writeFaults = counter('write_faults_total', 'Writes and probes that the storage did not take', [
      'code',
    ]);
    this.#writeProbes = counter('write_probes_total', 'Probes whether writes succeed', ['outcome']);
    this.#deliveries = counter('webhook_attempts_total', 'Attempts to deliver to webhooks', ['outcome']);
    this.#connectionsCut = counter(
      'connections_cut_total',
      'Connections that were refused because there are too many, or closed because an answer was not read',
      ['reason'],
    );
    this.#rateLimited = counter('rate_limited_total', 'Requests that the rate limit of a tenant refused');
    this.#limitRefusals = counter(
      'limit_refusals_total',
      'Items of usage and holds that a limit refused; not those of a bulk of which others were recorded',
    );
    this.#prepaid = new PrepaidMetrics(this.#registry);
    this.#failedAudits = gauge(
      'audit_failed_tenants',
      'Tenants that the last audit could not read; anything but 0 is an alarm',
    );
    this.#books = [
      { gauge: gauge('tenants', 'Tenants at the last audit'), read: ({ tenants }) => tenants },
      { gauge: gauge('accounts', 'Accounts at the last audit'), read: ({ accounts }) => accounts },
      {
        gauge: gauge('outstanding_requests', 'Requests that were not settled at the last audit'),
        read: ({ outstandingRequests }) => Number(outstandingRequests),
      },
      {
        gauge: gauge('outstanding_stroops', 'What they cost'),
        read: ({ outstandingStroops }) => Number(outstandingStroops),
      },
      {
        gauge: gauge('settled_stroops', 'What settlements had billed at the last audit'),
        read: ({ settledStroops }) => Number(settledStroops),
      },
      {
        gauge: gauge(
          'written_off_stroops',
          'Credits that had been written off or paid out at the last audit',
        ),
        read: ({ writtenOffStroops }) => Number(writtenOffStroops),
      },
      {
        gauge: gauge(
          'audit_differences',
          'Differences that the last audit found; anything but 0 is an alarm',
        ),
        read: ({ differences }) => differences,
      },
      {
        gauge: gauge('audit_ended_timestamp_seconds', 'Since when the books of every tenant were audited'),
        read: ({ endedAtMs }) => endedAtMs / 1_000,
      },
    ];
  }

  /** Shows the usage of the tenants that use most of a budget. */
  watchTenants(budget: TenantBudget, used: () => ReadonlyMap<string, number>): void {
    this.#tenants.watch(budget, used);
  }

  rateLimited(): void {
    this.#rateLimited.inc();
  }

  /** Shows what the heaviest callers have used of their rate budgets, read at each scrape. */
  watchBudgets(heaviest: () => readonly (readonly [caller: string, used: number])[]): void {
    new Gauge({
      name: 'billonce_rate_budget_used',
      help: 'What the ten tenants that cost most have used of their rate limit in this minute',
      labelNames: ['tenant'],
      registers: [this.#registry],
      collect() {
        this.reset();
        // A tenant may have several scopes: the admin acting for it, and addresses without a key.
        for (const [caller, used] of heaviest()) this.inc({ tenant: caller.split(' ', 1)[0] ?? '' }, used);
      },
    });
  }

  /** Shows what is waiting, read at each scrape. */
  watchQueue(queue: () => QueueState): void {
    const watch = (name: string, help: string, read: (state: QueueState) => number) =>
      new Gauge({
        name: `billonce_${name}`,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read(queue()));
        },
      });
    watch('queue_items', 'Items that wait to be decided', ({ queuedItems }) => queuedItems);
    watch('in_flight_items', 'Items with the writer', ({ inFlightItems }) => inFlightItems);
  }

  /** Shows how many connections are open, read at each scrape. */
  watchConnections(open: () => number): void {
    new Gauge({
      name: 'billonce_connections',
      help: 'Connections that are open',
      registers: [this.#registry],
      collect() {
        this.set(open());
      },
    });
  }

  /** Shows how many lines the log has lost, read at each scrape. */
  watchLog(droppedLines: () => number): void {
    new Counter({
      name: 'billonce_log_lines_dropped_total',
      help: 'Log lines that were dropped, because the output did not take them',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(droppedLines());
      },
    });
  }

  /** Shows the bytes of request bodies in memory, read at each scrape. */
  watchBodies(bytes: () => number): void {
    new Gauge({
      name: 'billonce_body_bytes',
      help: 'Bytes of request bodies that are being received or worked on',
      registers: [this.#registry],
      collect() {
        this.set(bytes());
      },
    });
  }

  connectionCut(reason: string): void {
    this.#connectionsCut.labels(reason).inc();
  }

  /** Shows the reads that need a place, read at each scrape. */
  watchReads(places: ReadPlacesByKind): void {
    watchReads(this.#registry, places);
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
    if (key !== undefined) this.#keyed.labels(keyedOutcome(outcome)).inc();
    this.#prepaid.decided(command, outcome);
    if (outcome.kind === 'refused') this.#limitRefusals.inc(limitRefusalsIn(outcome.refusal));
    if (outcome.kind === 'answered' && outcome.spared !== undefined) this.#addSpared(outcome.spared);
  }

  committed(items: number, seconds: number): void {
    this.#batchItems.observe(items);
    this.#commitSeconds.observe(seconds);
  }

  /** Shows whether writes fail, read at each scrape. */
  watchWrites(isFailing: () => boolean): void {
    new Gauge({
      name: 'billonce_writes_failing',
      help: 'Whether the last write failed, and no probe has succeeded since; 1 is an alarm',
      registers: [this.#registry],
      collect() {
        this.set(isFailing() ? 1 : 0);
      },
    });
  }

  overloaded(): void {
    this.#overloads.inc();
  }

  quotaExceeded(): void {
    this.#quotas.inc();
  }

  /** @param code of the engine: there are few, and none names a row */
  writeFailed(code: string): void {
    this.#writeFaults.labels(code).inc();
  }

  probed(outcome: 'written' | 'failed'): void {
    this.#writeProbes.labels(outcome).inc();
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
  async text(): Promise<{ readonly mediaType: string; readonly body: string }> {
    return { mediaType: this.#registry.contentType, body: await this.#registry.metrics() };
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

/** A metric as the server declares it, and as its page shows it. The name on the page begins with `billonce_`. */
export interface MetricEntry {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** the engine that has it; `undefined`: both */
  readonly engine?: 'sqlite' | 'postgres';
  /** how the values of several HTTP threads come to one; by default they are added */
  readonly ofThreads?: 'max';
  /** of a histogram: the upper bounds of its buckets */
  readonly buckets?: readonly number[];
}

/**
 * All metrics of the server, besides those of the process. No label contains a key, an agent or a path: routes are
 * patterns. Only `rate_budget_used` and `tenant_budget_used` name tenants, ten at the most of each budget. Amounts are
 * doubles there, so those beyond 2^53 are rounded; the books are exact.
 */
export const metricTable = {
  build_info: {
    kind: 'gauge',
    labels: ['version', 'node', 'engine'],
    help: 'Always 1; its labels name the version of the server, that of Node, and the engine of the database',
  },
  paused: {
    kind: 'gauge',
    labels: [],
    help: 'Whether the operator has paused writes (1) or not (0)',
  },

  http_requests_total: {
    kind: 'counter',
    labels: ['method', 'route', 'status'],
    help: 'Requests that were answered',
  },
  http_request_seconds: {
    kind: 'histogram',
    labels: ['method', 'route'],
    help: 'How long requests took',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  idempotency_requests_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Requests with an Idempotency-Key, by outcome: executed, replayed, conflict, expired, refused or fault',
  },
  rate_limited_total: {
    kind: 'counter',
    labels: [],
    help: 'Requests that the rate limit of a tenant refused',
  },
  quota_exceeded_total: {
    kind: 'counter',
    labels: [],
    help: 'Requests refused because their tenant had used up its bytes of the day',
  },
  overloaded_total: {
    kind: 'counter',
    labels: [],
    help: 'Requests that were refused because too much was waiting',
  },

  usage_recorded_total: {
    kind: 'counter',
    labels: [],
    help: 'Items of usage that this instance recorded, not counting duplicates and replays',
  },
  retries_not_billed_total: {
    kind: 'counter',
    labels: [],
    help: 'Retries of usage that were not billed again',
  },
  retries_not_billed_requests_total: {
    kind: 'counter',
    labels: [],
    help: 'Requests in retries of usage that were not billed again',
  },
  retries_not_billed_stroops_total: {
    kind: 'counter',
    labels: [],
    help: 'Price of the retries that were not billed again: when the first attempt was recorded, or now',
  },
  limit_refusals_total: {
    kind: 'counter',
    labels: [],
    help: 'Items of usage and holds that a limit refused; not those of a bulk of which others were recorded',
  },
  balance_refusals_total: {
    kind: 'counter',
    labels: [],
    help: 'Items of usage, holds and captures for which too little was available; not those of a bulk of which others were recorded',
  },
  holds_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Holds by what was done to them: created, captured, released or extended; those that neither were captured nor released have lapsed or are open',
  },

  queue_items: {
    kind: 'gauge',
    labels: [],
    help: 'Items that wait to be decided',
  },
  queue_slots: {
    kind: 'gauge',
    labels: [],
    help: 'Items that may wait to be decided, on all lanes together; one tenant may have half of a lane',
  },
  queue_used_ratio: {
    kind: 'gauge',
    ofThreads: 'max',
    labels: [],
    help: 'The used share of the slots of the fullest lane, from 0 to 1; at 0.5 one tenant alone may be refused',
  },
  in_flight_items: {
    kind: 'gauge',
    labels: [],
    help: 'Items with the writer',
  },
  in_flight_slots: {
    kind: 'gauge',
    labels: [],
    help: 'Items that may be with the writer, on all lanes together; a single heavier command may go beyond it',
  },
  batch_items: {
    kind: 'histogram',
    labels: [],
    help: 'Items of the batches that were decided together',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 10_000],
  },
  commit_seconds: {
    kind: 'histogram',
    labels: [],
    help: 'How long a batch took from load to commit, on disk',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  },

  writes_failing: {
    kind: 'gauge',
    ofThreads: 'max',
    labels: [],
    help: 'Whether the last write failed and no later probe has succeeded; 1 is an alarm',
  },
  write_faults_total: {
    kind: 'counter',
    labels: ['code'],
    help: 'Writes and probes that the storage refused, by the code of the engine',
  },
  write_probes_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Write probes by result: written or failed',
  },
  storage_faults_total: {
    kind: 'counter',
    labels: ['operation', 'reason'],
    help: 'Requests (operation read or write) and probes that the storage failed, by reason',
  },
  database_up: {
    kind: 'gauge',
    labels: [],
    help: 'Whether the database answered when its size was last read; without an answer, the metrics below are left out',
  },
  database_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Size of the database: of the file, without its write-ahead log; of the PostgreSQL database with everything in it',
  },
  wal_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Size of the write-ahead log; on PostgreSQL that of the whole server, if the role may read it (pg_monitor)',
  },
  disk_free_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Free space on the disk of the file',
    engine: 'sqlite',
  },
  webhook_pending: {
    kind: 'gauge',
    labels: [],
    help: 'Deliveries that wait to be sent or resent, up to 10,000; more are counted as 10,000',
  },
  webhook_oldest_pending_seconds: {
    kind: 'gauge',
    labels: [],
    help: 'Age of the oldest event among them; 0 if there is none',
  },
  webhook_attempts_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Attempts to deliver to webhooks',
  },

  reads_running: { kind: 'gauge', labels: ['kind'], help: 'Reads that have a place: page, walk or export' },
  reads_waiting: { kind: 'gauge', labels: ['kind'], help: 'Reads that wait for a place' },
  reads_refused_total: {
    kind: 'counter',
    labels: ['kind'],
    help: 'Reads that were refused because too many waited',
  },
  reads_aborted_total: {
    kind: 'counter',
    labels: ['kind'],
    help: 'Reads that ended because their client had left',
  },

  connections: { kind: 'gauge', labels: [], help: 'Connections that are open' },
  connections_cut_total: {
    kind: 'counter',
    labels: ['reason'],
    help: 'Connections that were refused because there are too many, or closed because an answer was not read: address_full, server_full, pipelined or not_read',
  },
  body_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Bytes of request bodies that are being received or processed',
  },
  log_lines_dropped_total: {
    kind: 'counter',
    labels: [],
    help: 'Log lines that were dropped because the output was blocked',
  },
  rate_budget_used: {
    kind: 'gauge',
    labels: ['tenant'],
    help: 'Used share of the rate limit in this minute, for the ten tenants that used most',
  },
  tenant_budget_used: {
    kind: 'gauge',
    labels: ['budget', 'tenant'],
    help: 'Current use of a budget by the ten tenants that use most of it: connections, body_bytes, reads, webhook_places or bytes_today',
  },

  tenants: { kind: 'gauge', labels: [], help: 'Tenants at the last audit' },
  accounts: { kind: 'gauge', labels: [], help: 'Accounts at the last audit' },
  outstanding_requests: {
    kind: 'gauge',
    labels: [],
    help: 'Unsettled requests at the last audit',
  },
  outstanding_stroops: {
    kind: 'gauge',
    labels: [],
    help: 'Price of the unsettled requests at the last audit',
  },
  settled_stroops: { kind: 'gauge', labels: [], help: 'What settlements had billed at the last audit' },
  written_off_stroops: {
    kind: 'gauge',
    labels: [],
    help: 'Credits that had been written off or paid out at the last audit',
  },
  balances: { kind: 'gauge', labels: [], help: 'Prepaid balances at the last audit' },
  available_stroops: {
    kind: 'gauge',
    labels: [],
    help: 'What was available in prepaid balances at the last audit, less overdrafts',
  },
  open_holds: { kind: 'gauge', labels: [], help: 'Holds that were open at the last audit' },
  audit_differences: {
    kind: 'gauge',
    labels: [],
    help: 'Differences that the last audit found; any value except 0 is an alarm',
  },
  audit_failed_tenants: {
    kind: 'gauge',
    labels: [],
    help: 'Tenants that the last audit could not read; any value except 0 is an alarm',
  },
  audit_ended_timestamp_seconds: {
    kind: 'gauge',
    labels: [],
    help: 'Time since which the books of every tenant have been audited; 0 before the first audit',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof metricTable;
/** Names of the metrics of a kind. */
export type NameOf<K extends MetricEntry['kind']> = {
  [N in MetricName]: (typeof metricTable)[N]['kind'] extends K ? N : never;
}[MetricName];
/** The names of a metric's labels. */
export type LabelOf<N extends MetricName> = (typeof metricTable)[N]['labels'][number];

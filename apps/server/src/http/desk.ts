import type { OperationName } from '@billonce/contract';
import type { Config } from '../config.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { RetriesOfKey } from '../domain/key-retries.ts';
import type { FaultFacts } from '../fault-facts.ts';
import type { KeyRetries } from '../ledger/key-retries.ts';
import type { WritePath } from '../ledger/ledger-lanes.ts';
import type { LedgerState } from '../ledger/ledger-parts.ts';
import type { Durability } from '../ledger/storage-port.ts';
import type { MetricsText } from '../metrics/metric-set.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { TenantActivity } from '../metrics/tenant-activities.ts';
import type { ApiKeyBooks } from '../reads/books/api-keys.ts';
import type { Books } from '../reads/books.ts';
import type { Traces } from '../traces/traces.ts';
import { ApiError } from './api-error.ts';
import type { ApiKeyLookup } from './api-key-lookup.ts';
import type { DailyBytes } from './body/daily-bytes.ts';
import type { Certificate } from './certificate.ts';
import type { RateBudgets } from './rate-budget.ts';
import type { ReadDesk } from './read-desk.ts';
import type { Call } from './router.ts';
import type { Tally } from './tally.ts';
import type { WriteDesk } from './write.ts';

/** The dependencies of the routes. */
export interface Desk {
  readonly writes: WriteDesk;
  readonly ledger: WritePath;
  readonly books: Books;
  readonly apiKeyBooks: ApiKeyBooks;
  readonly apiKeys: ApiKeyLookup<ApiKey>;
  readonly reads: ReadDesk;
  readonly writeProbe: WriteProbe;
  readonly keyUses: KeyUses;
  readonly rateBudgets: RateBudgets;
  readonly dailyBytes: DailyBytes;
  readonly metrics: Metrics;
  readonly view: ProcessView;
  /** `undefined`: tracing is off */
  readonly traces: Traces | undefined;
  readonly config: Config;
  /** counts the connections of all HTTP threads; `undefined` where there is one */
  readonly tally: Tally | undefined;
  /** `undefined`: requests arrive unencrypted */
  readonly certificate: Certificate | undefined;
  readonly version: string;
  readonly nowMs: () => number;
  /** generates the secret part of a new API key: 32 hexadecimal digits */
  readonly drawSecret: () => string;
}

/** What the process shows of itself. */
export interface ProcessView {
  /** since when it counts what tenants do */
  readonly activeSinceMs: number;
  activityOf(tenant: string): Promise<TenantActivity>;
  /** the retries of an idempotency key */
  retriesOf(...named: Parameters<KeyRetries['of']>): Promise<RetriesOfKey>;
  /** what waits to be written, and what is with the writer */
  queue(): Promise<Pick<LedgerState, 'queuedItems' | 'inFlightItems'>>;
  /** in Prometheus's text format */
  metrics(): Promise<MetricsText>;
}

/** Records which API keys are used. */
interface KeyUses {
  note(key: ApiKey): void;
}

/** Whether writes succeed. */
interface WriteProbe {
  /** the last fault, unless a probe has succeeded since then */
  readonly fault: FaultFacts | undefined;
  /** @throws {StorageFault} if a committed write fails now */
  runOnce(): Promise<Durability>;
}

/** The tenant of a call; the router refuses calls without one to a tenant's operations. */
export function tenantOf<N extends OperationName>({ caller }: Call<N>): string {
  if (caller.tenant === undefined) throw new ApiError('forbidden', 'this request names no tenant');
  return caller.tenant;
}

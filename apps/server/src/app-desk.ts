import type { AppParts } from './app-parts.ts';
import type { Workers } from './app-workers.ts';
import type { ApiKey } from './domain/api-key.ts';
import { apiKeysCommands } from './domain/commands/api-keys.ts';
import { ApiKeyLookup } from './http/api-key-lookup.ts';
import { DailyBytes } from './http/body/daily-bytes.ts';
import type { Desk, ProcessView } from './http/desk.ts';
import { type KeyChanges, localKeyChanges } from './http/key-changes.ts';
import { RateBudgets } from './http/rate-budget.ts';
import { ReadDesk } from './http/read-desk.ts';
import type { Tally } from './http/tally.ts';
import { WriteDesk } from './http/write.ts';
import type { KeyRetries } from './ledger/key-retries.ts';
import { LedgerLanes } from './ledger/ledger-lanes.ts';
import type { OnDecided } from './ledger/ledger-parts.ts';
import type { TenantActivities } from './metrics/tenant-activities.ts';
import type { Ports } from './ports.ts';
import type { PlacesReads } from './reads/placed-reads.ts';
import type { RequestStorage } from './storage/storage.ts';
import { WriteProbe } from './workers/write-probe.ts';

/**
 * A write that shows whether the database accepts writes.
 *
 * @param onFailing called when writes begin to fail, and when they succeed again
 */
export function writeProbeOf(
  { storage, metrics, log }: AppParts<RequestStorage>,
  onFailing?: (isFailing: boolean) => void,
): WriteProbe {
  return new WriteProbe({
    onFailing,
    probeWrite: () => storage.probeWrite(),
    log,
    onFault: (facts) => metrics.writeFailed(facts),
    onProbed: (outcome, error) => metrics.probed(outcome, error),
  });
}

/** The write path; it reports each decision to the metrics, the probe, the keys and the sweep. */
export function ledgerOf(
  { storage, metrics }: AppParts<RequestStorage>,
  { apiKeys, writeProbe, sweep }: Pick<Desk, 'apiKeys'> & Pick<Workers, 'sweep' | 'writeProbe'>,
): LedgerLanes {
  const onDecided: OnDecided = (submission, outcome) => {
    metrics.decided(submission, outcome);
    writeProbe.decided(outcome);
    if (Object.hasOwn(apiKeysCommands, submission.command.kind)) apiKeys.forget();
    if (submission.key === undefined || outcome.kind !== 'answered' || outcome.replayed) return;
    sweep.answerStored(outcome.response.body.length);
  };
  const { nowMs, limits, replays } = storage;
  return new LedgerLanes(storage, { nowMs, onDecided, limits, replays });
}

/** What a thread that answers requests has made before its desk. */
export interface DeskParts
  extends Pick<Desk, 'ledger' | 'apiKeys' | 'certificate' | 'writeProbe' | 'keyUses'> {
  readonly reads: PlacesReads;
  readonly activities: TenantActivities;
  readonly keyRetries: KeyRetries;
  /** counts the connections of all threads; `undefined` for a single one */
  readonly tally?: Tally;
  /** shows all threads; `undefined` for a single one */
  readonly view?: ProcessView;
}

/**
 * How long a request relies on an API key that was looked up. On SQLite this process makes all changes, and a change
 * ends that time at once; the time is for changes that an operator makes in the file by hand. On PostgreSQL the reading
 * thread keeps keys itself (`KnownApiKeys`).
 */
const apiKeysCurrentForMs = { sqlite: 1_000, postgres: 0 } as const;

/** Looks up API keys; `changes` are those of all threads. */
export function apiKeysOf(
  { config, storage }: AppParts<RequestStorage>,
  changes: KeyChanges = localKeyChanges(),
): ApiKeyLookup<ApiKey> {
  return new ApiKeyLookup((digest) => storage.apiKeyBooks.apiKeyByDigest(digest), {
    unknownPerMinuteMax: Math.ceil(config.unknownKeysPerMinuteMax / config.httpThreads),
    currentForMs: apiKeysCurrentForMs[config.database.kind],
    changes,
    nowMs: () => performance.now(),
  });
}

/** The dependencies of the routes. */
export function deskOf(
  { config, version, metrics, traces, storage }: AppParts<RequestStorage>,
  ports: Ports,
  made: DeskParts,
): Desk {
  const { books, apiKeyBooks, nowMs } = storage;
  const { ledger, activities, keyRetries } = made;
  return {
    ...made,
    ...ports,
    books,
    apiKeyBooks,
    nowMs,
    reads: new ReadDesk(made.reads),
    tally: made.tally,
    rateBudgets: new RateBudgets(storage.takeBudget, nowMs),
    dailyBytes: new DailyBytes(config.tenantBytesPerDay, storage.takeKeptBudget, nowMs),
    writes: new WriteDesk(ledger, config.isKeyRequired, (submission, outcome) => {
      activities.decided(submission.tenant, outcome);
      keyRetries.decided(submission, outcome);
    }),
    view: made.view ?? {
      activeSinceMs: activities.sinceMs,
      activityOf: async (tenant) => activities.of(tenant),
      retriesOf: async (tenant, key) => keyRetries.of(tenant, key),
      queue: async () => ledger.state,
      metrics: () => metrics.text(),
    },
    metrics,
    traces,
    config,
    version,
  };
}

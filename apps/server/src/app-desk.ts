import { bounds } from '@billonce/contract';
import type { AppParts } from './app-parts.ts';
import type { Workers } from './app-workers.ts';
import { apiKeysCommands } from './domain/commands/api-keys.ts';
import { DailyBytes } from './http/body/daily-bytes.ts';
import type { Desk } from './http/desk.ts';
import { RateBudgets } from './http/rate-budget.ts';
import { ReadDesk } from './http/read-desk.ts';
import { WriteDesk } from './http/write.ts';
import { KeyRetries } from './ledger/key-retries.ts';
import { LedgerLanes } from './ledger/ledger-lanes.ts';
import type { OnDecided } from './ledger/ledger-parts.ts';
import { TenantActivities } from './metrics/tenant-activities.ts';
import type { Ports } from './ports.ts';
import type { PlacesReads } from './reads/placed-reads.ts';
import type { RequestStorage } from './storage/storage.ts';
import { WriteProbe } from './workers/write-probe.ts';

/** A write that tells whether the database takes writes. */
export function writeProbeOf({ storage, metrics, log }: AppParts<RequestStorage>): WriteProbe {
  return new WriteProbe({
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

/** What the routes need. */
export function deskOf(
  { config, version, metrics, traces, storage }: AppParts<RequestStorage>,
  ports: Ports,
  made: Pick<Desk, 'ledger' | 'apiKeys' | 'certificate' | 'writeProbe' | 'keyUses'> & {
    readonly reads: PlacesReads;
  },
): Desk {
  const { books, apiKeyBooks, nowMs } = storage;
  const { ledger } = made;
  const activities = new TenantActivities(nowMs());
  const keyRetries = new KeyRetries(nowMs, bounds.retriesShown);
  return {
    ...made,
    ...ports,
    books,
    apiKeyBooks,
    nowMs,
    reads: new ReadDesk(made.reads),
    rateBudgets: new RateBudgets(storage.takeBudget, nowMs),
    dailyBytes: new DailyBytes(config.tenantBytesPerDay, storage.takeKeptBudget, nowMs),
    writes: new WriteDesk(ledger, config.isKeyRequired, (submission, outcome) => {
      activities.decided(submission.tenant, outcome);
      keyRetries.decided(submission, outcome);
    }),
    view: {
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

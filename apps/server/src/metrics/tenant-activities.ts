import type { SparedUsage } from '../domain/spared.ts';
import type { Outcome } from '../ledger/submission.ts';
import { type KeyedOutcome, keyedOutcome } from './metrics.ts';

/** The outcomes of a tenant's writes. */
export interface TenantActivity {
  readonly outcomes: Readonly<Record<KeyedOutcome, number>>;
  /** usage that was sent again and not billed again */
  readonly spared: SparedUsage;
}

/** The same as it is counted. */
interface Counts {
  readonly outcomes: Record<KeyedOutcome, number>;
  spared: SparedUsage;
}

function noCounts(): Counts {
  return {
    outcomes: { executed: 0, replayed: 0, conflict: 0, expired: 0, refused: 0, fault: 0 },
    spared: { retries: 0, requests: 0n, cost: 0n },
  };
}

const keyedOutcomes = ['executed', 'replayed', 'conflict', 'expired', 'refused', 'fault'] as const;

/** The number of tenants that are counted; with more, those that wrote the longest ago start again at 0. */
const tenantsMax = 10_000;

/**
 * Counts the writes of each tenant by outcome, since this instance started. The counts are in memory, so a restart
 * resets them.
 */
export class TenantActivities {
  readonly sinceMs: number;
  /** in the order of their last writes */
  readonly #byTenant = new Map<string, Counts>();
  /** the tenant that wrote last */
  #last = '';

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  of(tenant: string): TenantActivity {
    const { outcomes, spared } = this.#byTenant.get(tenant) ?? noCounts();
    return { outcomes: { ...outcomes }, spared };
  }

  decided(tenant: string, outcome: Outcome): void {
    const counts = this.#byTenant.get(tenant) ?? noCounts();
    counts.outcomes[keyedOutcome(outcome)] += 1;
    if (outcome.kind === 'answered') counts.spared = sum(counts.spared, outcome.spared);
    if (tenant === this.#last) return;
    this.#last = tenant;
    this.#byTenant.delete(tenant);
    this.#byTenant.set(tenant, counts);
    if (this.#byTenant.size <= tenantsMax) return;
    for (const [oldest] of this.#byTenant) {
      this.#byTenant.delete(oldest);
      return;
    }
  }
}

/** The activity of a tenant on all HTTP threads. */
export function sumActivities(threads: readonly TenantActivity[]): TenantActivity {
  const all = noCounts();
  for (const { outcomes, spared } of threads) {
    for (const outcome of keyedOutcomes) all.outcomes[outcome] += outcomes[outcome];
    all.spared = sum(all.spared, spared);
  }
  return all;
}

function sum(before: SparedUsage, more: SparedUsage | undefined): SparedUsage {
  if (more === undefined) return before;
  return {
    retries: before.retries + more.retries,
    requests: before.requests + more.requests,
    cost: before.cost + more.cost,
  };
}

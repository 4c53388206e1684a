import type { SparedUsage } from '../domain/spared.ts';
import type { Outcome } from '../ledger/submission.ts';
import { type KeyedOutcome, keyedOutcome } from './metrics.ts';

/** What the writes of a tenant came to. */
export interface TenantActivity {
  readonly outcomes: Readonly<Record<KeyedOutcome, number>>;
  /** usage that came again and was not billed again */
  readonly spared: SparedUsage;
}

const none: TenantActivity = {
  outcomes: { executed: 0, replayed: 0, conflict: 0, expired: 0, refused: 0, fault: 0 },
  spared: { retries: 0, requests: 0n, cost: 0n },
};

/** The number of tenants that are counted; with more, those that wrote the longest ago start again at 0. */
const tenantsMax = 10_000;

/** Counts the writes of each tenant by outcome, since this instance started. In memory: a restart begins again. */
export class TenantActivities {
  readonly sinceMs: number;
  /** in the order of their last writes */
  readonly #byTenant = new Map<string, TenantActivity>();

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  of(tenant: string): TenantActivity {
    return this.#byTenant.get(tenant) ?? none;
  }

  decided(tenant: string, outcome: Outcome): void {
    const { outcomes, spared } = this.of(tenant);
    const kind = keyedOutcome(outcome);
    this.#byTenant.delete(tenant);
    this.#byTenant.set(tenant, {
      outcomes: { ...outcomes, [kind]: outcomes[kind] + 1 },
      spared: outcome.kind === 'answered' ? sum(spared, outcome.spared) : spared,
    });
    if (this.#byTenant.size <= tenantsMax) return;
    for (const [oldest] of this.#byTenant) {
      this.#byTenant.delete(oldest);
      return;
    }
  }
}

function sum(before: SparedUsage, more: SparedUsage | undefined): SparedUsage {
  if (more === undefined) return before;
  return {
    retries: before.retries + more.retries,
    requests: before.requests + more.requests,
    cost: before.cost + more.cost,
  };
}

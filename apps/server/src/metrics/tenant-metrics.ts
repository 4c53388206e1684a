import type { MetricSet } from './metric-set.ts';

/** The number of tenants that a metric shows by name: those that use most. */
export const tenantsShown = 10;

/** What the tenants use of the budgets that each of them has. */
export type TenantBudget = 'connections' | 'body_bytes' | 'reads' | 'webhook_places' | 'bytes_today';

/** Shows the tenants that use most of each budget, read at each scrape. */
export class TenantMetrics {
  readonly #budgets = new Map<TenantBudget, () => ReadonlyMap<string, number>>();

  constructor(set: MetricSet) {
    set.gauge('tenant_budget_used', (gauge) => {
      gauge.reset();
      for (const [budget, used] of this.#budgets) {
        const heaviest = [...used()].sort(([, a], [, b]) => b - a).slice(0, tenantsShown);
        for (const [tenant, value] of heaviest) gauge.labels(budget, tenant).set(value);
      }
    });
  }

  watch(budget: TenantBudget, used: () => ReadonlyMap<string, number>): void {
    this.#budgets.set(budget, used);
  }
}

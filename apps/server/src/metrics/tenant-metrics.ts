import { Gauge, type Registry } from 'prom-client';

/** The number of tenants that a metric shows by name: those that use most. */
export const tenantsShown = 10;

/** What the tenants use of the budgets that each of them has. */
export type TenantBudget = 'connections' | 'body_bytes' | 'reads' | 'webhook_places' | 'bytes_today';

/** Shows the tenants that use most of each budget, read at each scrape. */
export class TenantMetrics {
  readonly #budgets = new Map<TenantBudget, () => ReadonlyMap<string, number>>();

  constructor(registry: Registry) {
    const budgets = this.#budgets;
    new Gauge({
      name: 'billonce_tenant_budget_used',
      help: 'What the ten tenants that use most of a budget use of it now',
      labelNames: ['budget', 'tenant'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [budget, used] of budgets) {
          const heaviest = [...used()].sort(([, a], [, b]) => b - a).slice(0, tenantsShown);
          for (const [tenant, value] of heaviest) this.labels(budget, tenant).set(value);
        }
      },
    });
  }

  watch(budget: TenantBudget, used: () => ReadonlyMap<string, number>): void {
    this.#budgets.set(budget, used);
  }
}

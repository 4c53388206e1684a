import { RateBudgets, type TakeBudget } from '../rate-budget.ts';

/** A UTC day, and into how many leases a tenant's bytes are divided: few, so that a write for a lease is rare. */
const day = { ms: 86_400_000, leases: 100 };

/**
 * Counts the bytes of request bodies that each tenant sent in a day (UTC). Leases are stored with the books, so they
 * are shared by instances and survive a restart.
 */
export class DailyBytes {
  readonly #bytesMax: number;
  readonly #budgets: RateBudgets;

  /** @param bytesMax for each tenant; 0 means no limit */
  constructor(bytesMax: number, take: TakeBudget | undefined, nowMs: () => number) {
    this.#bytesMax = bytesMax;
    this.#budgets = new RateBudgets(take, nowMs, day);
  }

  /**
   * Counts a body, unless the quota is used up. The last body may exceed it.
   *
   * @returns seconds until the next day if it is used up, otherwise `undefined`
   */
  refusedFor(tenant: string, bytes: number): Promise<number | undefined> | undefined {
    return this.#bytesMax === 0 ? undefined : this.#refusedFor(tenant, bytes);
  }

  async #refusedFor(tenant: string, bytes: number): Promise<number | undefined> {
    const name = `${tenant} body_bytes`;
    const { isUsedUp, resetMs } = await this.#budgets.look(name, this.#bytesMax);
    if (isUsedUp) return Math.ceil(resetMs / 1_000);
    this.#budgets.use(name, this.#bytesMax, bytes);
    return undefined;
  }

  /** The bytes that each of the heaviest tenants has sent today, as far as this instance knows. */
  heaviest(count: number): ReadonlyMap<string, number> {
    const heaviest = this.#budgets.heaviest(count);
    return new Map(heaviest.map(([name, used]) => [name.split(' ', 1)[0] ?? '', used] as const));
  }
}

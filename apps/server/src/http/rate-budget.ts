/**
 * A window of a budget, the same for all instances, and into how many leases the budget is divided: few, so that few
 * requests need one.
 */
interface BudgetWindow {
  readonly ms: number;
  readonly leases: number;
}

/** The window of the rate limit unless the operator sets another one: a minute of the clock. */
const minute: BudgetWindow = { ms: 60_000, leases: 20 };
/** A short window has fewer leases, so that a caller does not cause many writes in a second. */
const msPerLease = 3_000;
const leasesMin = 4;
/** The number of callers that are counted; with more, the oldest are forgotten and start again. */
const callersMax = 50_000;

/**
 * How instances that share a database share budgets. Returns what all of them have taken in a window, including this
 * lease.
 */
export type TakeBudget = (caller: string, windowStartMs: number, cost: number) => Promise<number>;

/** What a caller has used in a window. */
interface Usage {
  readonly windowMs: number;
  readonly windowStartMs: number;
  readonly limit: number;
  used: number;
  /** what this instance may use; a single instance may use everything */
  leased: number;
  /** what all instances had taken at the last request of this one */
  takenByAll: number;
  /** a lease that was requested */
  asking: Promise<void> | undefined;
}

/** The state of a caller's budget. */
export interface BudgetState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
  readonly isUsedUp: boolean;
}

/**
 * What callers may still use in this window. If instances share a database, each leases a part of a caller's budget at
 * a time, so that writes are rare. A part that an instance did not use by the end of the window is lost: with many
 * instances a caller may be refused slightly early, by one part for each instance.
 */
export class RateBudgets {
  readonly #take: TakeBudget | undefined;
  readonly #nowMs: () => number;
  readonly #window: BudgetWindow;
  readonly #callers = new Map<string, Usage>();

  /** @param take `undefined`: this is the only instance */
  constructor(take: TakeBudget | undefined, nowMs: () => number, window = minute) {
    this.#take = take;
    this.#window = window;
    this.#nowMs = nowMs;
  }

  /** Checks at once whether anything is left; `undefined` if a lease is needed to know it. */
  lookNow(caller: string, limit: number, windowMs = this.#window.ms): BudgetState | undefined {
    const usage = this.#usageOf(caller, limit, windowMs);
    return this.#needsLease(usage, limit) ? undefined : this.#stateOf(usage, limit);
  }

  /** Checks whether anything is left, and takes a lease if needed. */
  async look(caller: string, limit: number, windowMs = this.#window.ms): Promise<BudgetState> {
    const usage = this.#usageOf(caller, limit, windowMs);
    if (this.#take !== undefined && this.#needsLease(usage, limit)) {
      usage.asking ??= this.#lease(caller, usage, limit, this.#take).finally(() => {
        usage.asking = undefined;
      });
      await usage.asking;
    }
    return this.#stateOf(usage, limit);
  }

  /** Charges the cost of a request that was let in. The last one may cost more than is left: a bulk is not cut. */
  use(caller: string, limit: number, cost: number, windowMs = this.#window.ms): BudgetState {
    const usage = this.#usageOf(caller, limit, windowMs);
    usage.used += cost;
    return this.#stateOf(usage, limit);
  }

  /** Charges the cost of a request if something is left, at once; `undefined` if not, or if a lease is needed to know it. */
  useNow(caller: string, limit: number, cost: number, windowMs = this.#window.ms): BudgetState | undefined {
    const usage = this.#usageOf(caller, limit, windowMs);
    if (this.#needsLease(usage, limit) || this.#leftOf(usage, limit) <= 0) return undefined;
    usage.used += cost;
    return this.#stateOf(usage, limit);
  }

  /** The callers that used most of their budgets in this window. */
  heaviest(count: number): readonly (readonly [caller: string, used: number])[] {
    return [...this.#callers]
      .filter(([, { windowStartMs, windowMs }]) => windowStartMs === this.#startMs(windowMs))
      .map(([caller, { used }]) => [caller, used] as const)
      .sort(([, a], [, b]) => b - a)
      .slice(0, count);
  }

  async #lease(caller: string, usage: Usage, limit: number, take: TakeBudget): Promise<void> {
    // Usage beyond the previous lease is leased, too.
    const wanted = Math.ceil(limit / this.#leasesIn(usage.windowMs)) + Math.max(0, usage.used - usage.leased);
    // The usual window has the name that instances of an earlier version use.
    const window = usage.windowMs === this.#window.ms ? '' : ` ${usage.windowMs}`;
    try {
      const taken = await take(`${caller} ${limit}${window}`, usage.windowStartMs, wanted);
      usage.leased += Math.max(0, wanted - Math.max(0, taken - limit));
      usage.takenByAll = Math.max(usage.takenByAll, taken);
    } catch {
      // The rate limit is not a promise: while the database cannot be asked, no caller is refused.
      usage.leased += wanted;
    }
  }

  /** Parts of another limit do not count: a part of a high limit may be larger than a whole low one. */
  #usageOf(caller: string, limit: number, windowMs: number): Usage {
    const windowStartMs = this.#startMs(windowMs);
    const known = this.#callers.get(caller);
    const isOfLimit = known?.limit === limit || this.#take === undefined;
    if (known?.windowStartMs === windowStartMs && known.windowMs === windowMs && isOfLimit) return known;
    const usage = { windowMs, windowStartMs, limit, used: 0, leased: 0, takenByAll: 0, asking: undefined };
    this.#callers.delete(caller);
    const [first] = this.#callers.keys();
    if (first !== undefined && this.#callers.size >= callersMax) this.#callers.delete(first);
    this.#callers.set(caller, usage);
    return usage;
  }

  #needsLease(usage: Usage, limit: number): boolean {
    return this.#take !== undefined && this.#leftOf(usage, limit) <= 0 && usage.takenByAll < limit;
  }

  #leftOf({ used, leased }: Usage, limit: number): number {
    return (this.#take === undefined ? limit : leased) - used;
  }

  #stateOf(usage: Usage, limit: number): BudgetState {
    const left = this.#leftOf(usage, limit);
    const unleased = this.#take === undefined ? 0 : Math.max(0, limit - usage.takenByAll);
    return {
      limit,
      remaining: Math.max(0, Math.min(limit, left + unleased)),
      resetMs: usage.windowStartMs + usage.windowMs - this.#nowMs(),
      isUsedUp: left <= 0,
    };
  }

  #leasesIn(windowMs: number): number {
    if (windowMs === this.#window.ms) return this.#window.leases;
    return Math.min(this.#window.leases, Math.max(leasesMin, Math.round(windowMs / msPerLease)));
  }

  #startMs(windowMs: number): number {
    const nowMs = this.#nowMs();
    return nowMs - (nowMs % windowMs);
  }
}

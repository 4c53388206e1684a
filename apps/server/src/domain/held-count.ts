import type { Amount } from './amount.ts';
import { type Limit, measureOf, subjectOf } from './limit.ts';
import { counterName, type LimitCounter, uncountIn } from './limit-counter.ts';

/** What a hold counts for limits while it is open, as usage would: in the windows in which it was made. */
export interface HeldCount {
  /** above 0, in 10^-6 of a unit */
  readonly quantity: bigint;
  /** what it costs; `undefined` if no limit of money counts it */
  readonly cost?: Amount | undefined;
  /** how much of it the usage took that captured the hold: that stays counted; `undefined` while nothing did */
  readonly kept: bigint | undefined;
  /** the same of what it costs */
  readonly keptCost?: Amount | undefined;
  /** when the rest was returned; a lapse may be recorded long after it happened; `undefined` while it is open */
  readonly returnedAtMs: number | undefined;
  readonly windows: readonly HeldWindow[];
}

/** A window of a limit, in which a hold counts. */
export interface HeldWindow {
  readonly limitId: string;
  readonly startMs: number;
}

/** What a hold counts, and whose it is. */
interface Holding {
  readonly agent: string;
  readonly counted: HeldCount | undefined;
}

/** Counters that can be looked up. */
interface KnownCounters {
  limits(): readonly Limit[];
  limitCounter(limit: Limit, subject: string): LimitCounter;
}

/** Limits by their ids: thousands of holds may lapse in one batch, and there may be 1,000 limits. */
const indexes = new WeakMap<readonly Limit[], ReadonlyMap<string, Limit>>();

function byId(limits: readonly Limit[]): ReadonlyMap<string, Limit> {
  let index = indexes.get(limits);
  if (index === undefined) {
    index = new Map(limits.map((limit) => [limit.id, limit]));
    indexes.set(limits, index);
  }
  return index;
}

/** The windows of a hold whose limits still exist, each with its counter. */
export function heldCounters({ agent, counted }: Holding, counters: KnownCounters) {
  if (counted === undefined) return [];
  const limits = byId(counters.limits());
  return counted.windows.flatMap(({ limitId, startMs }) => {
    const limit = limits.get(limitId);
    return limit === undefined
      ? []
      : [{ limit, startMs, counter: counters.limitCounter(limit, subjectOf(limit, agent)) }];
  });
}

/** What a hold counts when it is made. */
export function newCount(
  quantity: bigint,
  cost: Amount | undefined,
  windows: HeldCount['windows'],
): HeldCount | undefined {
  if (windows.length === 0) return undefined;
  const counted = { quantity, kept: undefined, returnedAtMs: undefined, windows };
  return cost === undefined ? counted : { ...counted, cost };
}

/** What a hold counts for a limit. */
export function heldFor(limit: Limit, { quantity, cost = 0n }: Pick<HeldCount, 'quantity' | 'cost'>): bigint {
  return measureOf(limit, { quantity, cost });
}

/** What of it the usage took that captured the hold. */
export function keptFor(limit: Limit, { kept = 0n, keptCost = 0n }: HeldCount): bigint {
  return measureOf(limit, { quantity: kept, cost: keptCost });
}

/** What a hold counts after it was captured by usage. */
export function keptBy(
  counted: HeldCount | undefined,
  used: bigint,
  cost: Amount,
  returnedAtMs: number,
): HeldCount | undefined {
  if (counted === undefined) return undefined;
  const kept = { ...counted, kept: used < counted.quantity ? used : counted.quantity, returnedAtMs };
  if (counted.cost === undefined) return kept;
  return { ...kept, keptCost: cost < counted.cost ? cost : counted.cost };
}

/** What a hold counts after it has ended without usage. */
export function returnedAt(counted: HeldCount | undefined, returnedAtMs: number): HeldCount | undefined {
  return counted && { ...counted, returnedAtMs };
}

/** The counters after a hold has ended without usage. */
export function returnedCounters(hold: Holding, counters: KnownCounters): LimitCounter[] {
  const { counted } = hold;
  if (counted === undefined) return [];
  return heldCounters(hold, counters).map(({ limit, counter, startMs }) =>
    uncountIn(counter, startMs, heldFor(limit, counted)),
  );
}

/** Counters, with changes on top. */
export class ChangedCounters {
  readonly #base: KnownCounters;
  readonly #changed = new Map<string, LimitCounter>();

  constructor(base: KnownCounters) {
    this.#base = base;
  }

  get changed(): readonly LimitCounter[] {
    return [...this.#changed.values()];
  }

  limits(): readonly Limit[] {
    return this.#base.limits();
  }

  limitCounter(limit: Limit, subject: string): LimitCounter {
    const changed = this.#changed.get(counterName({ limitId: limit.id, subject }));
    return changed ?? this.#base.limitCounter(limit, subject);
  }

  take(counters: readonly LimitCounter[]): void {
    for (const counter of counters) this.#changed.set(counterName(counter), counter);
  }
}

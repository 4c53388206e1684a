import type { Amount } from './amount.ts';
import { measureText, unitsOf } from './counted-use.ts';
import { heldFor, keptFor } from './held-count.ts';
import type { Hold } from './hold.ts';
import { placeAfterId } from './id-block.ts';
import { type Limit, limitsOfAccount, measureOf, subjectOf, windowAt } from './limit.ts';
import { type CountedWindow, counterName, type LimitCounter } from './limit-counter.ts';
import type { Entry } from './usage.ts';

/** What an audit of a tenant's limits found. */
export interface LimitsFinding {
  /** how many counters were compared with the entries */
  readonly counters: number;
  readonly differences: readonly string[];
}

/** Usage in one window, as the entries show it. */
interface Recorded {
  /** what the limit must have counted, and what it may have counted */
  readonly least: bigint;
  readonly most: bigint;
}

/** The counter of a limit, and what the entries say of it. */
interface Compared {
  before: readonly CountedWindow[];
  readonly recorded: Map<number, Recorded>;
  /** windows in which the clock was again after it was set back: a counter may have begun them again */
  readonly revisited: Set<number>;
  /** the latest window that was left out of them */
  leftOutMs: number;
}

/** A limit that counts the usage of an account. */
interface Applying {
  readonly limit: Limit;
  readonly setMs: number;
  readonly compared: Compared;
}

const differencesMax = 100;
/** A counter has its last two windows, and one may begin while the entries are read. */
const windowsKept = 4;
/** A limit may be set while another instance records usage that does not see it yet, with another clock. */
const unsureMs = 60_000;
/** An id is no further ahead of the clock, unless that was set back. */
const clockBehindMs = 1_000;

/**
 * Audits the limits of a tenant. The caller passes the counters, then all entries, then the counters again, then all
 * holds. Usage may be recorded meanwhile, so the sum of the entries must not be below the first counters or above the
 * second. Open holds count as usage; the part of a hold that usage took stays counted in the window in which the hold
 * was made.
 */
export class LimitAudit {
  readonly limits: readonly Limit[];
  readonly #byId: ReadonlyMap<string, Limit>;
  readonly #compared = new Map<string, Compared>();
  readonly #differences: string[] = [];
  readonly #after = new Map<string, LimitCounter>();
  readonly #begunMs: number;
  /** the account whose entries come now, and its limits */
  #account:
    | { readonly agent: string; readonly serviceId: string; readonly applying: readonly Applying[] }
    | undefined;

  /** @param begunMs when the audit began: later changes may be visible in only some of the rows that it reads */
  constructor(limits: readonly Limit[], begunMs: number) {
    this.limits = limits;
    this.#begunMs = begunMs;
    this.#byId = new Map(limits.map((limit) => [limit.id, limit]));
  }

  before(counters: readonly LimitCounter[]): void {
    for (const counter of counters) this.#of(counterName(counter)).before = counter.windows;
  }

  /**
   * Entries of one account follow one another.
   *
   * @param cost what it costs at its price version
   */
  entry(entry: Entry, cost: Amount): void {
    if (entry.requests <= 0) return;
    const idMs = placeAfterId(entry.id).timeMs;
    for (const { limit, setMs, compared } of this.#applying(entry)) {
      // What was recorded before there was a price counted for no limit of money.
      if (limit.asset !== undefined && (limit.asset !== entry.asset || entry.priceVersion === 0)) continue;
      // Ids never step back, even if a clock does.
      const afterMs = idMs - setMs;
      if (afterMs < -unsureMs) continue;
      const { startMs } = windowAt(limit.window, entry.recordedAtMs);
      // Entries do not say which API key has sent them.
      const isSure = afterMs >= unsureMs && limit.apiKeyPrefix === undefined;
      const quantity = measureOf(limit, { quantity: unitsOf(entry.requests, entry.unitScale), cost });
      add(compared, startMs, isSure ? quantity : 0n, quantity);
      if (limit.window !== 'lifetime' && idMs > entry.recordedAtMs + clockBehindMs)
        compared.revisited.add(startMs);
    }
  }

  #applying({ agent, serviceId }: Entry): readonly Applying[] {
    if (this.#account?.agent === agent && this.#account.serviceId === serviceId)
      return this.#account.applying;
    const applying = limitsOfAccount(this.limits, { agent, serviceId }).map((limit) => ({
      limit,
      setMs: placeAfterId(limit.id).timeMs,
      compared: this.#of(counterName({ limitId: limit.id, subject: subjectOf(limit, agent) })),
    }));
    this.#account = { agent, serviceId, applying };
    return applying;
  }

  /** To be called after all entries, with the counters as they are then. */
  after(counters: readonly LimitCounter[]): void {
    for (const counter of counters) this.#after.set(counterName(counter), counter);
  }

  /** To be called after the counters, with each hold that the tenant ever had. */
  hold(hold: Hold): void {
    for (const { limitId, startMs } of hold.counted?.windows ?? []) {
      const limit = this.#byId.get(limitId);
      if (limit === undefined) continue;
      const compared = this.#of(counterName({ limitId, subject: subjectOf(limit, hold.agent) }));
      this.#takeHold(hold, limit, startMs, compared);
      const isAhead = placeAfterId(hold.place).timeMs > hold.createdAtMs + clockBehindMs;
      if (limit.window !== 'lifetime' && isAhead) compared.revisited.add(startMs);
    }
  }

  #takeHold(hold: Hold, limit: Limit, startMs: number, compared: Compared): void {
    const { state, counted, endedAtMs = Number.POSITIVE_INFINITY, createdAtMs } = hold;
    if (counted === undefined) return;
    const { returnedAtMs = 0 } = counted;
    const [quantity, kept] = [heldFor(limit, counted), keptFor(limit, counted)];
    // It may have been open while the counters were read.
    const isRecent = returnedAtMs >= this.#begunMs - unsureMs;
    if (state === 'open') {
      const isSure = createdAtMs < this.#begunMs - unsureMs;
      add(compared, startMs, isSure ? quantity : 0n, quantity);
      return;
    }
    if (isRecent) add(compared, startMs, 0n, quantity);
    // Entries do not say which API key has sent them.
    if (kept === 0n || limit.apiKeyPrefix !== undefined) {
      if (kept > 0n && !isRecent) add(compared, startMs, 0n, kept);
      return;
    }
    // The entry was taken for usage of the window in which the hold was captured.
    takeOff(compared, windowAt(limit.window, endedAtMs).startMs, kept, isRecent ? 0n : kept);
    if (!isRecent) add(compared, startMs, kept, kept);
  }

  finish(): LimitsFinding {
    for (const counter of this.#after.values()) this.#compare(counter);
    for (const name of this.#compared.keys()) {
      const [limitId = '', subject = ''] = name.split(' ', 2);
      if (!this.#after.has(name)) this.#compare({ limitId, subject, windows: [] });
    }
    return { counters: this.#compared.size, differences: this.#differences };
  }

  #compare({ limitId, subject, windows }: LimitCounter): void {
    const limit = this.#byId.get(limitId);
    if (limit === undefined) return;
    const { before, recorded, revisited, leftOutMs } = this.#of(counterName({ limitId, subject }));
    const whose = subject === '' ? `limit ${limit.name}` : `limit ${limit.name} of ${subject}`;
    for (const { startMs, used, max } of windows) {
      const from = new Date(startMs).toISOString();
      if (used > max) this.#differ(`${whose}: more was accepted from ${from} on than it lets through`);
      if (startMs <= leftOutMs || revisited.has(startMs)) continue;
      const { least, most } = recorded.get(startMs) ?? { least: 0n, most: 0n };
      const usedBefore = before.find((window) => window.startMs === startMs)?.used ?? 0n;
      if (usedBefore > most || least > used) {
        this.#differ(
          `${whose} counts ${measureText(limit, used)} from ${from} on, which is not what the entries and open holds come to`,
        );
      }
    }
    const firstMs = windows[0]?.startMs ?? 0;
    for (const [startMs, { least }] of recorded) {
      const isCounted =
        startMs < firstMs || revisited.has(startMs) || windows.some((window) => window.startMs === startMs);
      if (least > 0n && !isCounted) this.#differ(`${whose} does not count what was recorded`);
    }
  }

  #of(name: string): Compared {
    const known = this.#compared.get(name);
    if (known !== undefined) return known;
    const made: Compared = {
      before: [],
      recorded: new Map(),
      revisited: new Set(),
      leftOutMs: Number.NEGATIVE_INFINITY,
    };
    this.#compared.set(name, made);
    return made;
  }

  #differ(difference: string): void {
    if (this.#differences.length < differencesMax) this.#differences.push(difference);
  }
}

function takeOff({ recorded }: Compared, startMs: number, fromLeast: bigint, fromMost: bigint): void {
  const known = recorded.get(startMs);
  if (known === undefined) return;
  const { least, most } = known;
  recorded.set(startMs, { least: least > fromLeast ? least - fromLeast : 0n, most: most - fromMost });
}

function add(compared: Compared, startMs: number, atLeast: bigint, atMost: bigint): void {
  const { recorded } = compared;
  if (startMs <= compared.leftOutMs) return;
  const { least, most } = recorded.get(startMs) ?? { least: 0n, most: 0n };
  recorded.set(startMs, { least: least + atLeast, most: most + atMost });
  if (recorded.size <= windowsKept) return;
  const oldestMs = Math.min(...recorded.keys());
  recorded.delete(oldestMs);
  compared.leftOutMs = oldestMs;
}

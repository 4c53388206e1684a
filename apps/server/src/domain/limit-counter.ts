import type { Limit } from './limit.ts';

/** What was counted for a limit in one window. */
export interface CountedWindow {
  readonly startMs: number;
  /** in 10^-6 of a unit; of money, an exact amount */
  readonly used: bigint;
  /** what it may have counted at the most: the highest maximum that was in force */
  readonly max: bigint;
  /** the highest level that was reported, in thousandths; 0 if none was */
  readonly reported: number;
}

/** The counts of a limit, or of one agent of it. */
export interface LimitCounter {
  readonly limitId: string;
  /** the agent, if each has a counter; otherwise empty */
  readonly subject: string;
  /** the window in which something was counted last, the one before it, and those that a clock was in before it was set back */
  readonly windows: readonly CountedWindow[];
}

export function emptyCounter(limitId: string, subject: string): LimitCounter {
  return { limitId, subject, windows: [] };
}

/** One text for the two names of a counter; no identifier contains a space. */
export function counterName({ limitId, subject }: Pick<LimitCounter, 'limitId' | 'subject'>): string {
  return `${limitId} ${subject}`;
}

/** What was used in a window. */
export function windowOf({ windows }: LimitCounter, startMs: number): CountedWindow {
  return windows.find((window) => window.startMs === startMs) ?? { startMs, used: 0n, max: 0n, reported: 0 };
}

/** The most windows that are kept. A clock that is set back reaches them again. */
const windowsMax = 8;

/** A counter after something was used, and the levels that this has reached for the first time in the window. */
export interface Counted {
  readonly counter: LimitCounter;
  readonly window: CountedWindow;
  readonly levels: readonly number[];
}

/** Takes back what was counted in a window, if that is still kept. What was reported of it stays reported. */
export function uncountIn(counter: LimitCounter, startMs: number, taken: bigint): LimitCounter {
  const windows = counter.windows.map((window) =>
    window.startMs === startMs ? { ...window, used: window.used > taken ? window.used - taken : 0n } : window,
  );
  return { ...counter, windows };
}

/** Counts what was used in a window. */
export function countIn(counter: LimitCounter, limit: Limit, startMs: number, added: bigint): Counted {
  const before = windowOf(counter, startMs);
  const used = before.used + added;
  const levels = limit.notifyAt.filter(
    (level) => level > before.reported && used * 1_000n >= limit.max * BigInt(level),
  );
  // A limit that only reports can be exceeded, and may already be exceeded when its action changes to refusing.
  const most = limit.action === 'notify' && used > limit.max ? used : limit.max;
  const isLower = most < before.max;
  const window: CountedWindow = {
    startMs,
    used,
    max: isLower ? before.max : most,
    reported: levels.at(-1) ?? before.reported,
  };
  const previous = counter.windows.filter((other) => other.startMs < startMs).slice(-1);
  const later = counter.windows.filter((other) => other.startMs > startMs);
  const windows = [...previous, window, ...later].slice(0, windowsMax);
  return { counter: { ...counter, windows }, window, levels };
}

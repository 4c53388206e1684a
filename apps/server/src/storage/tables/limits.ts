import { limitActions, limitWindows } from '../../domain/limit.ts';
import type { CountedWindow } from '../../domain/limit-counter.ts';
import { mismatch } from '../columns.ts';
import { coded, count, fixed, flag, id, key, literal, named, optional, table, text } from '../table.ts';

/** A whole number of any size. */
const whole = coded<bigint>((stored) => BigInt(stored), String);

/** Numbers, as JSON. */
const numbers = coded<readonly number[]>(
  (stored, column) => listIn(stored, column).map(Number),
  JSON.stringify,
);

/** Windows with what was counted in them, as JSON; counts are texts, because a double does not hold them. */
const windows = coded<readonly CountedWindow[]>(
  (stored, column) => listIn(stored, column).map(parseWindow),
  (counted) =>
    JSON.stringify(
      counted.map(({ startMs, used, max, reported }) => [startMs, `${used}`, `${max}`, reported]),
    ),
);

function listIn(stored: string, column: string): readonly unknown[] {
  const list: unknown = JSON.parse(stored);
  if (!Array.isArray(list)) throw mismatch(column, 'a list');
  return list;
}

function parseWindow(stored: unknown): CountedWindow {
  const [startMs, used, max, reported]: readonly unknown[] = Array.isArray(stored) ? stored : [];
  return {
    startMs: Number(startMs),
    used: BigInt(String(used)),
    max: BigInt(String(max)),
    reported: Number(reported),
  };
}

/** Limits of usage. */
export const limits = table({
  name: 'limits',
  place: { tenant: text() },
  columns: {
    id: key(id()),
    name: fixed(text()),
    agent: fixed(optional(text())),
    serviceId: fixed(optional(text())),
    apiKeyPrefix: fixed(optional(text())),
    window: fixed(named('time_window', literal(limitWindows))),
    max: named('max_quantity', whole),
    action: literal(limitActions),
    notifyAt: numbers,
    createdAtMs: fixed(count()),
    deleted: flag(),
    asset: fixed(optional(text())),
  },
});

/** What was counted for each limit, or for each agent of it. */
export const limitCounters = table({
  name: 'limit_counters',
  place: { tenant: text() },
  columns: { limitId: key(id()), subject: key(text()), windows },
});

import {
  done,
  type Expected,
  type ModelBooks,
  type ModelLimit,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import type { Item } from './write.ts';

const dayMs = 86_400_000;

export function setLimit(books: ModelBooks, write: WriteOf<'set_limit'>, { gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { kind: _, name, ...limit } = write;
  const known = books.limits.get(name);
  const isSame =
    known !== undefined &&
    known.agent === limit.agent &&
    known.serviceId === limit.serviceId &&
    known.window === limit.window;
  books.limits.set(name, { ...limit, counted: isSame ? known.counted : new Map() });
  return done(known === undefined ? 201 : 200, { name, max: { quantity: String(limit.quantity) } });
}

export function deleteLimit(
  books: ModelBooks,
  { name }: WriteOf<'delete_limit'>,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  return books.limits.delete(name) ? done(204, undefined) : refused('not_found');
}

/** Whether every limit that applies to an item lets it through. */
export function limitsAllow(books: ModelBooks, item: Item, nowMs: number): boolean {
  return placesOf(books, item, nowMs).every(({ limit, used }) => used <= limit.quantity);
}

/** Counts an item for every limit that applies to it. */
export function countForLimits(books: ModelBooks, item: Item, nowMs: number): void {
  for (const { limit, subject, startMs, windows, used } of placesOf(books, item, nowMs))
    count(limit, subject, startMs, windows, used);
}

/** The limits that apply to an item, with what they would have counted after it. */
function placesOf({ limits }: ModelBooks, item: Item, nowMs: number) {
  const own = [...limits.values()].filter(
    ({ agent, serviceId }) =>
      (agent === undefined || agent === '*' || agent === item.agent) &&
      (serviceId === undefined || serviceId === item.serviceId),
  );
  return own.map((limit) => {
    const subject = limit.agent === '*' ? item.agent : '';
    const startMs = limit.window === 'day' ? Math.floor(nowMs / dayMs) * dayMs : 0;
    const windows = limit.counted.get(subject) ?? [];
    const used = windows.find((window) => window.startMs === startMs)?.used ?? 0;
    return { limit, subject, startMs, windows, used: used + item.requests };
  });
}

/** The window before it is kept, and those that the clock was in before it was set back. */
function count(
  { counted }: ModelLimit,
  subject: string,
  startMs: number,
  windows: readonly { readonly startMs: number; readonly used: number }[],
  used: number,
): void {
  const before = windows.filter((window) => window.startMs < startMs).slice(-1);
  const after = windows.filter((window) => window.startMs > startMs);
  counted.set(subject, [...before, { startMs, used }, ...after].slice(0, 8));
}

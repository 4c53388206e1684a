import {
  done,
  type Expected,
  type ModelBooks,
  type ModelLimit,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import type { CountedPlace } from './purse-types.ts';
import { millionthsOf } from './units.ts';
import type { AccountName } from './write.ts';

const dayMs = 86_400_000;

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function setLimit(books: ModelBooks, write: WriteOf<'set_limit'>, { gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { name, agent, serviceId, window, quantity } = write;
  const limit = { agent, serviceId, window, max: millionthsOf(quantity) };
  const known = books.limits.get(name);
  const isSame =
    known !== undefined &&
    known.agent === limit.agent &&
    known.serviceId === limit.serviceId &&
    known.window === limit.window;
  books.limits.set(name, { ...limit, counted: isSame ? known.counted : new Map() });
  return done(known === undefined ? 201 : 200, { name, max: { quantity } });
}

export function deleteLimit(
  books: ModelBooks,
  { name }: WriteOf<'delete_limit'>,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  return books.limits.delete(name) ? done(204, undefined) : refused('not_found');
}

/** What is to be counted, in 10^-6 of a unit. */
export interface CountedUse extends AccountName {
  readonly quantity: bigint;
}

/**
 * Whether every limit that applies to an item lets it through.
 *
 * @param held where an open hold counts that the item captures, and how much
 */
export function limitsAllow(books: ModelBooks, item: CountedUse, nowMs: number, held = noHold): boolean {
  return placesOf(books, item, nowMs).every(({ limit, used }) => {
    const isHeld = held.places.some(({ counted }) => counted === limit.counted);
    const reserved = isHeld ? least(held.quantity, item.quantity) : 0n;
    // Nothing more is counted now, so that it does not matter how much was counted before.
    return reserved === item.quantity || used - reserved <= limit.max;
  });
}

interface HeldPlaces {
  readonly quantity: bigint;
  readonly places: readonly CountedPlace[];
}

export const noHold: HeldPlaces = { quantity: 0n, places: [] };

/** Counts an item for every limit that applies to it, and returns where. What a hold counts already is not counted again. */
export function countForLimits(
  books: ModelBooks,
  item: CountedUse,
  nowMs: number,
  held = noHold,
): readonly CountedPlace[] {
  const made: CountedPlace[] = [];
  returnCounted(held, item.quantity);
  for (const { limit, subject, startMs, windows, used } of placesOf(books, item, nowMs)) {
    const isHeld = held.places.some(({ counted }) => counted === limit.counted);
    const reserved = isHeld ? least(held.quantity, item.quantity) : 0n;
    if (reserved === item.quantity) continue;
    count(limit, subject, startMs, windows, used - reserved);
    made.push({ counted: limit.counted, subject, startMs });
  }
  return made;
}

/** Takes back what a hold counts and was not used. */
export function returnCounted({ quantity, places }: HeldPlaces, used: bigint): void {
  const returned = quantity > used ? quantity - used : 0n;
  for (const { counted, subject, startMs } of places) {
    const windows = counted.get(subject) ?? [];
    counted.set(
      subject,
      windows.map((window) =>
        window.startMs === startMs ? { startMs, used: window.used - least(returned, window.used) } : window,
      ),
    );
  }
}

/** The limits that apply to an item, with what they would have counted after it. */
function placesOf({ limits }: ModelBooks, item: CountedUse, nowMs: number) {
  const own = [...limits.values()].filter(
    ({ agent, serviceId }) =>
      (agent === undefined || agent === '*' || agent === item.agent) &&
      (serviceId === undefined || serviceId === item.serviceId),
  );
  return own.map((limit) => {
    const subject = limit.agent === '*' ? item.agent : '';
    const startMs = limit.window === 'day' ? Math.floor(nowMs / dayMs) * dayMs : 0;
    const windows = limit.counted.get(subject) ?? [];
    const used = windows.find((window) => window.startMs === startMs)?.used ?? 0n;
    return { limit, subject, startMs, windows, used: used + item.quantity };
  });
}

/** The window before it is kept, and those that the clock was in before it was set back. */
function count(
  { counted }: ModelLimit,
  subject: string,
  startMs: number,
  windows: readonly { readonly startMs: number; readonly used: bigint }[],
  used: bigint,
): void {
  const before = windows.filter((window) => window.startMs < startMs).slice(-1);
  const after = windows.filter((window) => window.startMs > startMs);
  counted.set(subject, [...before, { startMs, used }, ...after].slice(0, 8));
}

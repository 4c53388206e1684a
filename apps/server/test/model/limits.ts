import { xlm } from './assets.ts';
import {
  done,
  type Expected,
  type ModelBooks,
  type ModelLimit,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { assetCalled } from './known-assets.ts';
import { amountOf } from './prepaid-text.ts';
import type { CountedPlace } from './purse-types.ts';
import { millionthsOf } from './units.ts';
import type { AccountName } from './write.ts';

const dayMs = 86_400_000;

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function setLimit(books: ModelBooks, write: WriteOf<'set_limit'>, { gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { name, agent, serviceId, window, max } = write;
  const isMoney = 'amount' in max;
  const asset = isMoney ? (max.asset ?? xlm.code) : undefined;
  if (asset !== undefined && assetCalled(books, asset) === undefined) return refused('unknown_asset');
  const most = isMoney ? amountOf(max.amount) : millionthsOf(max.quantity);
  const limit = { agent, serviceId, window, asset, max: most };
  const known = books.limits.get(name);
  const isSame =
    known !== undefined &&
    known.agent === limit.agent &&
    known.serviceId === limit.serviceId &&
    known.window === limit.window &&
    known.asset === limit.asset;
  books.limits.set(name, { ...limit, counted: isSame ? known.counted : new Map() });
  return done(known === undefined ? 201 : 200, { name, max: isMoney ? { ...max, asset } : max });
}

export function deleteLimit(
  books: ModelBooks,
  { name }: WriteOf<'delete_limit'>,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  return books.limits.delete(name) ? done(204, undefined) : refused('not_found');
}

/** Usage that limits count. */
export interface CountedUse extends AccountName {
  /** in 10^-6 of a unit */
  readonly quantity: bigint;
  /** `undefined` while its service has no price: limits in money then do not count it */
  readonly cost: bigint | undefined;
  /** the asset of the cost */
  readonly asset: string;
}

/** The amount of a use that a limit counts: units or their cost. */
function measureOf(
  { isMoney }: { readonly isMoney: boolean },
  use: Pick<CountedUse, 'quantity' | 'cost'>,
): bigint {
  return isMoney ? (use.cost ?? 0n) : use.quantity;
}

/**
 * Whether every limit that applies to an item allows it.
 *
 * @param held where the open hold that the item captures counts, and how much
 */
export function limitsAllow(books: ModelBooks, item: CountedUse, nowMs: number, held = noHold): boolean {
  return placesOf(books, item, nowMs).every((place) => {
    const { limit, used } = place;
    const isHeld = held.places.some(({ counted }) => counted === limit.counted);
    const { measure } = place;
    const reserved = isHeld ? least(measureOf(place, held), measure) : 0n;
    // Nothing is added now, so the earlier count does not matter.
    return reserved === measure || used - reserved <= limit.max;
  });
}

/** The count of a hold without any use. */
export const nothingUsed = { quantity: 0n, cost: 0n } as const;

interface HeldPlaces {
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly places: readonly CountedPlace[];
}

export const noHold: HeldPlaces = { quantity: 0n, cost: 0n, places: [] };

/**
 * Counts an item for every limit that applies to it, and returns where. What a hold already counts is not counted
 * twice.
 */
export function countForLimits(
  books: ModelBooks,
  item: CountedUse,
  nowMs: number,
  held = noHold,
): readonly CountedPlace[] {
  const made: CountedPlace[] = [];
  returnCounted(held, item);
  for (const place of placesOf(books, item, nowMs)) {
    const { limit, subject, startMs, windows, used, isMoney } = place;
    const isHeld = held.places.some(({ counted }) => counted === limit.counted);
    const { measure } = place;
    const reserved = isHeld ? least(measureOf(place, held), measure) : 0n;
    if (reserved === measure) continue;
    count(limit, subject, startMs, windows, used - reserved);
    made.push({ counted: limit.counted, subject, startMs, isMoney });
  }
  return made;
}

/** Subtracts the part of a hold's count that was not used. */
export function returnCounted(held: HeldPlaces, use: Pick<CountedUse, 'quantity' | 'cost'>): void {
  for (const { counted, subject, startMs, isMoney } of held.places) {
    const [reserved, used] = [measureOf({ isMoney }, held), measureOf({ isMoney }, use)];
    const returned = reserved > used ? reserved - used : 0n;
    const windows = counted.get(subject) ?? [];
    counted.set(
      subject,
      windows.map((window) =>
        window.startMs === startMs ? { startMs, used: window.used - least(returned, window.used) } : window,
      ),
    );
  }
}

/** The limits that apply to an item, and their counts after it. */
function placesOf({ limits }: ModelBooks, item: CountedUse, nowMs: number) {
  const own = [...limits.values()].filter(
    ({ agent, serviceId, asset }) =>
      (asset === undefined || (asset === item.asset && item.cost !== undefined)) &&
      (agent === undefined || agent === '*' || agent === item.agent) &&
      (serviceId === undefined || serviceId === item.serviceId),
  );
  return own.map((limit) => {
    const subject = limit.agent === '*' ? item.agent : '';
    const startMs = limit.window === 'day' ? Math.floor(nowMs / dayMs) * dayMs : 0;
    const windows = limit.counted.get(subject) ?? [];
    const used = windows.find((window) => window.startMs === startMs)?.used ?? 0n;
    const isMoney = limit.asset !== undefined;
    const measure = measureOf({ isMoney }, item);
    return { limit, subject, startMs, windows, isMoney, measure, used: used + measure };
  });
}

/** The previous window is kept, and so are windows from before the clock was set back. */
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

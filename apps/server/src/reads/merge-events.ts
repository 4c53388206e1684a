import { type BooksEvent, eventFacts, type NotedEvent } from '../domain/event.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Entry } from '../domain/usage.ts';

/** The order of a list: `asc` oldest first, `desc` newest first. */
export type Order = 'asc' | 'desc';

/** Which facts are wanted as events. */
export interface EventKinds {
  readonly entries: boolean;
  readonly settlements: boolean;
  readonly noted: boolean;
}

/** Rows of a tenant after an id: above it for `asc`, below it for `desc`. */
export interface RowsBeyond {
  readonly tenant: string;
  readonly order: Order;
  readonly beyondId: string;
  /** the most rows (of each kind, if there are several) */
  readonly limit: number;
}

/** Events of a tenant after an id. */
export interface EventsWanted extends RowsBeyond {
  readonly kinds: EventKinds;
}

/** Rows of each wanted kind, in the wanted order, as of one moment. */
export interface EventRows {
  readonly entries: readonly Entry[];
  readonly settlements: readonly Settlement[];
  readonly noted: readonly NotedEvent[];
}

export interface MergedEvents {
  readonly rows: readonly BooksEvent[];
  /** whether these are all rows: no kind was cut off by the limit */
  readonly isEnd: boolean;
}

/**
 * Merges the rows of all kinds into one list. If a kind was cut off by the limit, its next rows may belong before the
 * rest of the others, so the merged list ends there.
 */
export function mergeEvents(rows: EventRows, { order, limit }: EventsWanted): MergedEvents {
  const kinds: readonly (readonly BooksEvent[])[] = [
    rows.entries.map((entry) => ({ kind: 'entry', entry })),
    rows.settlements.map((settlement) => ({ kind: 'settlement', settlement })),
    rows.noted.map((noted) => ({ kind: 'noted', noted })),
  ];
  const direction = order === 'asc' ? 1 : -1;
  const compare = (a: string, b: string) => (a < b ? -direction : direction);
  const [end] = kinds
    .filter(({ length }) => length >= limit)
    .flatMap((cutOff) => cutOff.slice(-1).map((event) => eventFacts(event).id))
    .sort(compare);
  const merged = kinds
    .flat()
    .map((event) => ({ event, id: eventFacts(event).id }))
    .filter(({ id }) => end === undefined || id === end || compare(id, end) < 0)
    .sort((a, b) => compare(a.id, b.id))
    .map(({ event }) => event);
  return { rows: merged, isEnd: end === undefined };
}

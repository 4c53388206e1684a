import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EventType, eventTypes } from '../domain/event.ts';
import type { EventCounts } from '../domain/event-counts.ts';
import type { Books } from './books.ts';
import type { EventPlaces } from './event-tally.ts';
import { idAtMs } from './id-bounds.ts';

const kinds = ['entries', 'settlements', 'noted'] as const;
const stepRows = 10_000;
/** The most rows of a kind that a summary reads, and that a page of a list counts: AgentPay keeps this many events. */
const summaryRowsMax = 1_000_000;
const pageRowsMax = 10_000;

/**
 * Counts events by type, a step at a time; the storage counts, so no rows are transferred. Events are only ever added
 * after the last one, so the counts are those at the time of the last step.
 */
export async function countEvents(
  books: Books,
  tenant: string,
  sinceMs: number,
  rowsMax = summaryRowsMax,
): Promise<EventCounts> {
  const counts = new Map<EventType, number>(eventTypes.map((type) => [type, 0]));
  // An id is never older than its event: nothing below this one happened since.
  const start = idAtMs(sinceMs);
  let after: EventPlaces = { entries: start, settlements: start, noted: start };
  for (let looked = stepRows; ; looked += stepRows) {
    const tally = await books.tallyEvents({ tenant, sinceMs, after, limit: stepRows });
    for (const kind of kinds) {
      for (const [type, count] of tally[kind].counts) counts.set(type, (counts.get(type) ?? 0) + count);
    }
    const isComplete = kinds.every((kind) => tally[kind].looked < stepRows);
    if (isComplete || looked >= rowsMax) return { ...summed(counts), isComplete };
    after = {
      entries: tally.entries.lastId ?? after.entries,
      settlements: tally.settlements.lastId ?? after.settlements,
      noted: tally.noted.lastId ?? after.noted,
    };
    await nextTurn();
  }
}

/** The number of events of a type, or of all types, among the first 10,000 rows of each kind since a moment. */
export async function countListedEvents(
  books: Books,
  tenant: string,
  sinceMs: number,
  type: string | undefined,
): Promise<number> {
  const { total, byType } = await countEvents(books, tenant, sinceMs, pageRowsMax);
  if (type === undefined) return total;
  return new Map<string, number>(Object.entries(byType)).get(type) ?? 0;
}

function summed(counts: ReadonlyMap<EventType, number>): Pick<EventCounts, 'total' | 'byType'> {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { total, byType: parseCounts(counts) };
}

function parseCounts(counts: ReadonlyMap<EventType, number>): Record<EventType, number> {
  return Object.fromEntries(counts) as Record<EventType, number>;
}

import type { Json } from '@billonce/idempotency/core';
import type { Settlement } from './settlement.ts';
import type { Entry } from './usage.ts';

/** The types of event that are recorded separately, because no fact of the books shows them. */
export const notedEventTypes = [
  'service.registered',
  'service.changed',
  'service.disabled',
  'service.enabled',
  'service.deleted',
  'limit.reached',
  'balance.granted',
  'balance.low',
  'balance.exhausted',
  'grant.expired',
  'hold.created',
  'hold.captured',
  'hold.released',
  'hold.lapsed',
  'webhook.test',
] as const;

/** Every type of event. */
export const eventTypes = [
  'usage.recorded',
  'usage.reversed',
  'usage.settled',
  'credit.written_off',
  ...notedEventTypes,
] as const;

export type EventType = (typeof eventTypes)[number];

/** An event that is a separate row. */
export interface NotedEvent {
  readonly id: string;
  readonly type: (typeof notedEventTypes)[number];
  readonly atMs: number;
  readonly data: { readonly [name: string]: Json };
}

/** Something that happened in a tenant's books. Entries and settlements are events themselves: nothing is kept twice. */
export type BooksEvent =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'settlement'; readonly settlement: Settlement }
  | { readonly kind: 'noted'; readonly noted: NotedEvent };

/** What every event has: ids of events sort in the order in which they happened. */
export interface EventFacts {
  readonly id: string;
  readonly type: EventType;
  readonly atMs: number;
}

export function eventFacts(event: BooksEvent): EventFacts {
  switch (event.kind) {
    case 'entry': {
      const { id, recordedAtMs } = event.entry;
      return { id, type: entryEventType(event.entry), atMs: recordedAtMs };
    }
    case 'settlement':
      return { id: event.settlement.id, type: 'usage.settled', atMs: event.settlement.settledAtMs };
    case 'noted':
      return event.noted;
  }
}

function entryEventType({ reversal, writeOff }: Entry): EventType {
  if (writeOff !== undefined) return 'credit.written_off';
  return reversal === undefined ? 'usage.recorded' : 'usage.reversed';
}

/** Whether events of a type are entries. */
export function isEntryEvent(type: string): boolean {
  return type === 'usage.recorded' || type === 'usage.reversed' || type === 'credit.written_off';
}

import type { NotedEvent } from '../../domain/event.ts';
import type { EventTally, TallyWanted } from '../event-tally.ts';
import type { EventRows, EventsWanted } from '../merge-events.ts';

/** Reads of events. */
export interface EventReads {
  /** facts that are events, of several kinds, all as they were at one moment */
  events(wanted: EventsWanted): Promise<EventRows>;
  /** counts the next events by type */
  tallyEvents(wanted: TallyWanted): Promise<EventTally>;
  notedEvent(tenant: string, id: string): Promise<NotedEvent | undefined>;
}

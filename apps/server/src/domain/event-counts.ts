import type { EventType } from './event.ts';

/** How many events of each type there were since a moment. */
export interface EventCounts {
  readonly total: number;
  readonly byType: Readonly<Record<EventType, number>>;
  /** `false`: there were too many to look at all of them */
  readonly isComplete: boolean;
}

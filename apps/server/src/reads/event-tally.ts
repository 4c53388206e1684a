import type { EventType } from '../domain/event.ts';

/** After which id the rows of each kind are looked at. */
export interface EventPlaces {
  readonly entries: string;
  readonly settlements: string;
  readonly noted: string;
}

/** Which rows are counted. */
export interface TallyWanted {
  readonly tenant: string;
  /** events before it are looked at and not counted */
  readonly sinceMs: number;
  readonly after: EventPlaces;
  /** the most rows of each kind that are looked at */
  readonly limit: number;
}

/** What was counted of one kind of rows. */
export interface KindTally {
  readonly counts: ReadonlyMap<EventType, number>;
  readonly looked: number;
  /** the last id that was looked at */
  readonly lastId: string | undefined;
}

/** What was counted of the next rows of each kind. */
export type EventTally = Readonly<Record<keyof EventPlaces, KindTally>>;

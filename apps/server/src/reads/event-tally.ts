import type { EventType } from '../domain/event.ts';

/** The id, for each kind of rows, after which they are read. */
export interface EventPlaces {
  readonly entries: string;
  readonly settlements: string;
  readonly noted: string;
}

/** Which rows are counted. */
export interface TallyWanted {
  readonly tenant: string;
  /** events before it are read but not counted */
  readonly sinceMs: number;
  readonly after: EventPlaces;
  /** the most rows of each kind that are read */
  readonly limit: number;
}

/** The count of one kind of rows. */
export interface KindTally {
  readonly counts: ReadonlyMap<EventType, number>;
  readonly looked: number;
  /** the last id that was read */
  readonly lastId: string | undefined;
}

/** The counts of the next rows of each kind. */
export type EventTally = Readonly<Record<keyof EventPlaces, KindTally>>;

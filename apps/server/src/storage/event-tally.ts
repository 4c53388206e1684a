import type { EventType } from '../domain/event.ts';
import type { KindTally } from '../reads/event-tally.ts';

/** A row of counts, as an engine has read it. */
export interface TallyRow {
  readonly counts: readonly (readonly [EventType, number])[];
  readonly looked: number;
  readonly lastId: string | undefined;
}

/** The sums of the rows of one kind. */
export function tallyOf(rows: readonly TallyRow[]): KindTally {
  return {
    counts: new Map(rows.flatMap(({ counts }) => counts)),
    looked: rows.reduce((sum, row) => sum + row.looked, 0),
    lastId: rows
      .flatMap(({ lastId }) => (lastId === undefined ? [] : [lastId]))
      .sort()
      .at(-1),
  };
}

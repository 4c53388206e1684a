import { type Hold, type HoldState, hasLapsed } from '../domain/hold.ts';
import { asLapsed } from '../domain/passed-time.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';

/** Which holds are wanted. */
export interface HoldQuery {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly state: HoldState | undefined;
}

const scanRows = 500;
const scannedMax = 5_000;
const firstPlace = '00000000-0000-0000-0000-000000000000';

/** A hold as it is at a time: a lapsed hold is shown as lapsed, even if the lapse is not recorded yet. */
export function holdAt(hold: Hold, nowMs: number): Hold {
  return hasLapsed(hold, nowMs) ? asLapsed(hold, nowMs) : hold;
}

/** A page of holds in the order in which they were made. It continues after a place. */
export async function listHolds(
  books: Pick<Books, 'holdsAfter'>,
  query: HoldQuery,
  afterPlace: string | undefined,
  limit: number,
  nowMs: number,
): Promise<Page<Hold, string>> {
  const scan: Scan<Hold, string> = {
    async read(after) {
      const rows = await books.holdsAfter(query, after, scanRows);
      return { rows: rows.map((hold) => holdAt(hold, nowMs)), isEnd: rows.length < scanRows };
    },
    placeOf: ({ place }) => place,
    isWanted: ({ state }) => query.state === undefined || query.state === state,
    isPast: () => false,
    scannedMax,
  };
  return await collectPage(scan, afterPlace ?? firstPlace, limit);
}

import { setImmediate as nextTurn } from 'node:timers/promises';

/** A page of a list. */
export interface Page<Item, Place> {
  readonly items: readonly Item[];
  /** where the list continues, now or when more has come in */
  readonly next: Place;
  /** whether there is more now; a page that was given up for its length says yes */
  readonly hasMore: boolean;
}

/** How a list is scanned. */
export interface Scan<Row, Place> {
  /** Reads the rows beyond a place. */
  readonly read: (beyond: Place) => Promise<RowsRead<Row, Place>>;
  readonly placeOf: (row: Row) => Place;
  readonly isWanted: (row: Row) => boolean;
  /** whether neither this row nor any after it can be wanted */
  readonly isPast?: (row: Row) => boolean;
  /** the same of how far the storage looked */
  readonly isPlacePast?: (place: Place) => boolean;
  /** rows looked at for one page: a filter that matches little gives short pages, not long waits */
  readonly scannedMax: number;
}

/** Rows that were read. */
export interface RowsRead<Row, Place> {
  readonly rows: readonly Row[];
  /** whether there were no more at that moment */
  readonly isEnd: boolean;
  /** how far the storage looked, where it hands over only what is wanted */
  readonly looked?: { readonly through: Place; readonly rows: number };
}

/** Collects the next page. It looks for one item more than the page holds, to know whether there is more. */
export async function collectPage<Row, Place>(
  scan: Scan<Row, Place>,
  beyond: Place,
  limit: number,
): Promise<Page<Row, Place>> {
  const items: Row[] = [];
  let next = beyond;
  let position = beyond;
  for (let scanned = 0; scanned < scan.scannedMax; ) {
    const { rows, isEnd, looked } = await scan.read(position);
    for (const row of rows) {
      if (scan.isPast?.(row) === true) return { items, next: position, hasMore: false };
      position = scan.placeOf(row);
      scanned += 1;
      if (scan.isWanted(row)) {
        if (items.length === limit) return { items, next, hasMore: true };
        items.push(row);
      }
      if (items.length < limit || items.at(-1) === row) next = position;
    }
    if (looked !== undefined) {
      position = looked.through;
      scanned += looked.rows - rows.length;
      if (items.length < limit) next = position;
    }
    // Everything up to here was looked at: who follows the list need not look again.
    if (isEnd || scan.isPlacePast?.(position) === true) return { items, next: position, hasMore: false };
    await nextTurn();
  }
  return { items, next, hasMore: true };
}

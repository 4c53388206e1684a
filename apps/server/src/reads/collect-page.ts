import { setImmediate as nextTurn } from 'node:timers/promises';

/** A page of a list. */
export interface Page<Item, Place> {
  readonly items: readonly Item[];
  /** where the list continues, now or after more was recorded */
  readonly next: Place;
  /** whether there is more now; also true for a page that was cut because it took too long */
  readonly hasMore: boolean;
}

/** How to scan a list. */
export interface Scan<Row, Place> {
  /** Reads the rows after a place. */
  readonly read: (beyond: Place) => Promise<RowsRead<Row, Place>>;
  readonly placeOf: (row: Row) => Place;
  readonly isWanted: (row: Row) => boolean;
  /** whether this row and all after it cannot be wanted */
  readonly isPast?: (row: Row) => boolean;
  /** the same for the place up to which the storage looked */
  readonly isPlacePast?: (place: Place) => boolean;
  /** the most rows that are read for one page: a filter that matches little gives short pages, not long waits */
  readonly scannedMax: number;
}

/** Rows that were read. */
export interface RowsRead<Row, Place> {
  readonly rows: readonly Row[];
  /** whether there were no more rows at that moment */
  readonly isEnd: boolean;
  /** how far the storage looked, if it returns only wanted rows */
  readonly looked?: { readonly through: Place; readonly rows: number };
}

/** Collects the next page. It reads one item more than the page holds, to know whether there is more. */
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
    // Everything up to here was scanned: a client that follows the list need not scan it again.
    if (isEnd || scan.isPlacePast?.(position) === true) return { items, next: position, hasMore: false };
    await nextTurn();
  }
  return { items, next, hasMore: true };
}

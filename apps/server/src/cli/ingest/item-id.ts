import { sha256 } from '@billonce/idempotency/core';

const digestLength = 16;
const rowDigits = 12;
const rowIdDigestLength = 32;

/** The largest row number that an id has room for. */
export const rowMax = 10 ** rowDigits - 1;

/** The item of a row that an id names; it does not say where the item is billed to. */
export interface ItemPosition {
  readonly row: number;
  readonly rowText: string;
  /** which of the row's items, from 0 */
  readonly item: number;
  /** which part of an item that is too large for one usage item, from 0 */
  readonly part: number;
}

/**
 * The id of a usage item: `<source>-<row, 12 digits>-<digest of the row>`. The digest covers the item's position in the
 * row as well, so that the items of a row have different ids.
 *
 * Neither agent nor service is covered: the same file ingested again with another mapping is then refused as
 * `usage_id_conflict`, where ids of another mapping would bill it twice.
 */
export function itemId(source: string, { row, rowText, item, part }: ItemPosition): string {
  const digest = sha256(JSON.stringify([rowText, item, part])).slice(0, digestLength);
  return `${source}-${String(row).padStart(rowDigits, '0')}-${digest}`;
}

/** An item of a row that has an id. */
export interface IdentifiedItem {
  readonly rowId: readonly (string | null)[];
  /** which of the row's counts it is */
  readonly count: string;
  /** which part of an item that is too large for one usage item, from 0 */
  readonly part: number;
}

/**
 * The id of a usage item from a row that has an id: a digest of that id, of the count and of the part. The place of the
 * row is not covered, so the row may occur again in another file or another order.
 */
export function identifiedItemId(source: string, { rowId, count, part }: IdentifiedItem): string {
  return `${source}-${sha256(JSON.stringify([rowId, count, part])).slice(0, rowIdDigestLength)}`;
}

/** The name of a file for which none was given: a digest of its beginning, so that it may be renamed and appended to. */
export function sourceOf(headerText: string, firstRowText: string): string {
  return sha256(JSON.stringify([headerText, firstRowText])).slice(0, digestLength);
}

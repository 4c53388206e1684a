import type { UsageItem } from '@billonce/contract';
import { IngestStop } from './ingest-stop.ts';
import { sourceOf } from './item-id.ts';
import { LastOfId } from './last-of-id.ts';
import { hasCounts, mapRow, rowKey } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import type { FileRow, Place, ReadRow } from './row.ts';
import type { Tally } from './tally.ts';

/** An item to send, with the row that it comes from. */
export interface RowItem {
  readonly row: number;
  readonly item: UsageItem;
}

/** Items that are sent together. */
export interface Bulk {
  readonly items: readonly RowItem[];
  /** how much of the file it covers */
  readonly bytes: number;
}

export interface CutOptions {
  readonly mapping: Mapping;
  readonly batchItems: number;
  /** the name of the file; if `undefined`, it is derived from the beginning of the file */
  readonly source: string | undefined;
  /** called with the name once it is known */
  readonly onSource: (source: string) => void;
}

/**
 * Cuts the rows of a file into bulks. The boundaries do not matter, because every item has an id.
 *
 * @throws {IngestStop} if the first row is refused and the file has no other name
 */
export async function* cutBulks(
  rows: AsyncIterable<ReadRow>,
  options: CutOptions,
  tally: Tally,
): AsyncGenerator<Bulk> {
  const mapper = new RowMapper(options, tally);
  let items: RowItem[] = [];
  let fromByte = 0;
  let endByte = 0;
  for await (const row of rows) {
    if (row.kind === 'row' || row.kind === 'broken') endByte = row.place.endByte;
    for (const item of mapper.itemsOf(row)) {
      items.push(item);
      if (items.length < options.batchItems) continue;
      yield { items, bytes: endByte - fromByte };
      items = [];
      fromByte = endByte;
    }
  }
  for (const item of mapper.rest()) {
    items.push(item);
    if (items.length < options.batchItems) continue;
    yield { items, bytes: 0 };
    items = [];
  }
  if (items.length > 0) yield { items, bytes: endByte - fromByte };
}

/** Maps rows, and counts those that are not sent. */
class RowMapper {
  readonly #options: CutOptions;
  readonly #tally: Tally;
  readonly #lastOfId = new LastOfId();
  #headerText = '';
  #source: string | undefined;

  constructor(options: CutOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
    if (options.source !== undefined) this.#nameSource(options.source);
  }

  itemsOf(read: ReadRow): readonly RowItem[] {
    switch (read.kind) {
      case 'header':
        this.#headerText = read.text;
        return [];
      case 'held_back':
        this.#tally.heldBackLine = read.line;
        return [];
      case 'broken':
        this.#tally.rowsRead += 1;
        return this.#refuse(read.place, read.message);
      case 'row':
        this.#tally.rowsRead += 1;
        return this.#passing(read).flatMap((row) => this.#map(row));
    }
  }

  /** The items of rows that were held back until the end. */
  rest(): readonly RowItem[] {
    return this.#lastOfId.flush().flatMap((row) => this.#map(row));
  }

  /** The rows that can no longer be replaced. */
  #passing(row: FileRow): readonly FileRow[] {
    const { mapping } = this.#options;
    if (mapping.takesLastOfId !== true || !hasCounts(row, mapping)) return [row];
    const key = rowKey(row, mapping);
    return key === undefined ? [row] : this.#lastOfId.add(key, row);
  }

  #map(row: FileRow): readonly RowItem[] {
    const source = this.#source ?? sourceOf(this.#headerText, row.text);
    const mapped = mapRow(row, this.#options.mapping, source);
    if (mapped.kind === 'refused') return this.#refuse(row.place, mapped.message);
    if (this.#source === undefined) this.#nameSource(source);
    if (mapped.kind === 'skipped') {
      this.#tally.rowsSkipped += 1;
      return [];
    }
    this.#tally.zeroCounts += mapped.zeros;
    this.#tally.order.add(mapped.items[0]?.occurredAt);
    return mapped.items.map((item) => ({ row: row.place.row, item }));
  }

  #refuse(place: Place, message: string): readonly RowItem[] {
    // If the row were fixed later, the file would get another name, and everything after the row would be billed a
    // second time.
    if (this.#source === undefined) {
      throw new IngestStop(
        `row ${place.row} (line ${place.line}) ${message}`,
        'Nothing was sent, because the first row identifies the file. Fix that row, or name the file with --source NAME, and run the ' +
          'command again.',
      );
    }
    this.#tally.refuseRow(place, message);
    return [];
  }

  #nameSource(source: string): void {
    this.#source = source;
    this.#options.onSource(source);
  }
}

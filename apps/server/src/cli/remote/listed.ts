import { integerOf } from '../command-line/settings.ts';
import type { Shown } from './remote-command.ts';
import { listOptions } from './remote-options.ts';
import { tableOf } from './table.ts';

/** A column of a list: its head, and its text for an item. */
export type Column<Item> = readonly [head: string, text: (item: Item) => string];

/** How many items the options request. */
export function limitOf(value: string | undefined, mistakes: string[]): number {
  return integerOf('limit', listOptions.limit, value, mistakes);
}

/** The first items of a list as a table; whether there are more is a remark. */
export async function listed<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  columns: readonly Column<Item>[],
  otherwise: string,
): Promise<Shown> {
  const documents: Item[] = [];
  let hasMore = false;
  for await (const item of items) {
    hasMore = documents.length === limit;
    if (hasMore) break;
    documents.push(item);
  }
  const rows = documents.map((item) => columns.map(([, text]) => text(item)));
  const text = tableOf(
    columns.map(([head]) => head),
    rows,
    otherwise,
  );
  return { documents, text, note: hasMore ? `there are more than ${limit}: raise --limit` : undefined };
}

/** The number of items to request: as many as are shown, and one more to find out whether there are more. */
export function pageLimitOf(limit: number, most: number): number {
  return Math.min(limit + 1, most);
}

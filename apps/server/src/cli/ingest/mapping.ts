import type { DecimalMark } from './exact-count.ts';

/** Where a value of an item comes from. */
export type ValueFrom =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'column'; readonly column: string }
  /** the first of several columns that has a value: forms of one file differ in their names */
  | { readonly kind: 'first'; readonly columns: readonly string[] }
  /** several values in one name, with a colon between */
  | { readonly kind: 'joined'; readonly values: readonly ValueFrom[] };

/** Whom the items of a row are billed to. */
export type AgentFrom =
  | ValueFrom
  /** `agent-1` to `agent-<agents>`, by the number of the row and nothing else, so that a second run says the same */
  | { readonly kind: 'spread'; readonly agents: number };

/** One of the items that a row gives. */
export interface ItemMapping {
  readonly service: ValueFrom;
  readonly requests: ValueFrom;
  /** which of the counts of a row it is: part of the item's id where the row has an id */
  readonly name?: string;
}

/** Rows that do not have one of these values in a column are not billed. */
export interface RowFilter {
  readonly from: ValueFrom;
  readonly values: ReadonlySet<string>;
  /** whether a row without a value in the column is billed */
  readonly takesMissing: boolean;
}

/** How a row becomes usage items. */
export interface Mapping {
  readonly agent: AgentFrom;
  readonly items: readonly ItemMapping[];
  /** the column of `occurredAt`; without one it is not sent */
  readonly occurredAt?: ValueFrom | undefined;
  /** of times without an offset */
  readonly timezone?: string | undefined;
  /** what identifies a row; without it, its place in the file does */
  readonly rowId?: readonly ValueFrom[] | undefined;
  /** of rows with the same id that are near one another the last counts */
  readonly takesLastOfId?: boolean;
  readonly decimalMark?: DecimalMark;
  /** by which each count is multiplied before it has to be whole */
  readonly multiplier?: number;
  /** whether a count that is missing gives no item, in place of refusing the row */
  readonly skipsMissing?: boolean;
  readonly filters?: readonly RowFilter[];
  /** what white space in the names of agents and services becomes; without it such a name is refused */
  readonly spaceBecomes?: string | undefined;
}

/** The columns that a mapping reads; of each group one must be there. */
export function columnsOf({ agent, items, occurredAt, rowId, filters }: Mapping): (readonly string[])[] {
  const values = [
    ...(agent.kind === 'spread' ? [] : [agent]),
    ...items.flatMap(({ service, requests }) => [service, requests]),
    ...(occurredAt === undefined ? [] : [occurredAt]),
    ...(filters ?? []).filter(({ takesMissing }) => !takesMissing).map(({ from }) => from),
  ];
  // Of an id of several columns some may be missing.
  const ids = (rowId ?? []).filter(({ kind }) => kind === 'column');
  const groups = [...values, ...ids].flatMap(groupsOf);
  return [...new Map(groups.map((group) => [group.join('\n'), group])).values()];
}

function groupsOf(from: ValueFrom): (readonly string[])[] {
  switch (from.kind) {
    case 'constant':
      return [];
    case 'column':
      return [[from.column]];
    case 'first':
      return [from.columns];
    case 'joined':
      return from.values.flatMap(groupsOf);
  }
}

import type { DecimalMark } from './exact-count.ts';

/** Where a value of an item comes from. */
export type ValueFrom =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'column'; readonly column: string }
  /** the first of several columns that has a value: variants of one format use different names */
  | { readonly kind: 'first'; readonly columns: readonly string[] }
  /** several values in one name, with a colon between */
  | { readonly kind: 'joined'; readonly values: readonly ValueFrom[] };

/** The agent to which the items of a row are billed. */
export type AgentFrom =
  | ValueFrom
  /** `agent-1` to `agent-<agents>`, determined only by the number of the row, so that a second run has the same result */
  | { readonly kind: 'spread'; readonly agents: number };

/** One of the items that a row produces. */
export interface ItemMapping {
  readonly service: ValueFrom;
  readonly requests: ValueFrom;
  /** which of the row's counts it is: part of the item's id if the row has an id */
  readonly name?: string;
}

/** Rows without one of these values in a column are not billed. */
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
  /** the column of `occurredAt`; without it no time is sent */
  readonly occurredAt?: ValueFrom | undefined;
  /** of times without an offset */
  readonly timezone?: string | undefined;
  /** what identifies a row; without it, its place in the file does */
  readonly rowId?: readonly ValueFrom[] | undefined;
  /** whether only the last of several close rows with the same id counts */
  readonly takesLastOfId?: boolean;
  readonly decimalMark?: DecimalMark;
  /** each count is multiplied by this before it must be whole */
  readonly multiplier?: number;
  /** whether counts are units with decimal places, which are sent as `quantity` */
  readonly areQuantities?: boolean;
  /** whether a missing count produces no item, instead of refusing the row */
  readonly skipsMissing?: boolean;
  readonly filters?: readonly RowFilter[];
  /** replaces white space in the names of agents and services; without it such a name is refused */
  readonly spaceBecomes?: string | undefined;
}

/** The columns that a mapping reads; one column of each group must exist. */
export function columnsOf({ agent, items, occurredAt, rowId, filters }: Mapping): (readonly string[])[] {
  const values = [
    ...(agent.kind === 'spread' ? [] : [agent]),
    ...items.flatMap(({ service, requests }) => [service, requests]),
    ...(occurredAt === undefined ? [] : [occurredAt]),
    ...(filters ?? []).filter(({ takesMissing }) => !takesMissing).map(({ from }) => from),
  ];
  // If an id consists of several columns, some may be missing.
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

/** Where a value of an item comes from. */
export type ValueFrom =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'column'; readonly column: string };

/** Whom the items of a row are billed to. */
export type AgentFrom =
  | ValueFrom
  /** `agent-1` to `agent-<agents>`, by the number of the row and nothing else, so that a second run says the same */
  | { readonly kind: 'spread'; readonly agents: number };

/** One of the items that a row gives. */
export interface ItemMapping {
  readonly service: ValueFrom;
  readonly requests: ValueFrom;
}

/** How a row becomes usage items. */
export interface Mapping {
  readonly agent: AgentFrom;
  readonly items: readonly ItemMapping[];
  /** the column of `occurredAt`; without one it is not sent */
  readonly occurredAtColumn: string | undefined;
}

/** A form of file that is known by name. */
export interface Preset {
  readonly format: 'csv' | 'jsonl';
  readonly items: readonly ItemMapping[];
  readonly agentsDefault: number;
  /** whether files of this form are finished, so that a last line counts although nothing ends it */
  readonly takesLastLine: boolean;
}

/**
 * The files that are known by name. The published traces of Azure end without a line break, and are of 2023: the
 * server takes no event that old, so their time is not sent as `occurredAt`.
 */
export const presets: Readonly<Record<string, Preset>> = {
  'azure-llm': {
    format: 'csv',
    items: [
      {
        service: { kind: 'constant', text: 'input-tokens' },
        requests: { kind: 'column', column: 'ContextTokens' },
      },
      {
        service: { kind: 'constant', text: 'output-tokens' },
        requests: { kind: 'column', column: 'GeneratedTokens' },
      },
    ],
    agentsDefault: 1,
    takesLastLine: true,
  },
};

/** The columns that a mapping reads. */
export function columnsOf({ agent, items, occurredAtColumn }: Mapping): string[] {
  const values = [agent, ...items.flatMap(({ service, requests }) => [service, requests])];
  const columns = values.flatMap((value) => (value.kind === 'column' ? [value.column] : []));
  return [...new Set(occurredAtColumn === undefined ? columns : [...columns, occurredAtColumn])];
}

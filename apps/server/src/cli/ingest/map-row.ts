import { compileValidator, UsageItem } from '@billonce/contract';
import { itemId, rowMax } from './item-id.ts';
import type { AgentFrom, ItemMapping, Mapping, ValueFrom } from './mapping.ts';
import type { Row } from './row.ts';

/** What a row comes to. */
export type MappedRow =
  | {
      readonly kind: 'items';
      readonly items: readonly UsageItem[];
      /** counts of 0, which give no item */
      readonly zeros: number;
    }
  | { readonly kind: 'refused'; readonly message: string };

/** The most requests of one usage item; a larger count becomes several items with the same sum. */
const requestsPerItemMax = 1_000_000;
/** The largest count of a row, and so at most a thousand items for each. */
const countMax = 1_000_000_000;

const validateItem = compileValidator(UsageItem);

/**
 * Turns a row into usage items. A row is taken whole or not at all: of one that is mended later every item gets a new
 * id, and what had been taken of it would be billed a second time.
 */
export function mapRow(row: Row, mapping: Mapping, source: string): MappedRow {
  if (row.place.row > rowMax) return { kind: 'refused', message: `is beyond row ${rowMax}` };
  const agent = agentOf(row, mapping.agent);
  if (agent.kind === 'refused') return agent;
  const occurredAt = occurredAtOf(row, mapping.occurredAtColumn);
  if (occurredAt.kind === 'refused') return occurredAt;
  const items: UsageItem[] = [];
  let zeros = 0;
  for (const [item, itemMapping] of mapping.items.entries()) {
    const read = readItem(row, itemMapping);
    if (read.kind === 'refused') return read;
    if (read.count === 0) zeros += 1;
    for (const [part, requests] of partsOf(read.count).entries()) {
      const id = itemId(source, { row: row.place.row, rowText: row.text, item, part });
      items.push({ agent: agent.text, serviceId: read.service, requests, id, ...occurredAt.members });
    }
  }
  const fault = items.map(faultOf).find((found) => found !== undefined);
  return fault === undefined ? { kind: 'items', items, zeros } : { kind: 'refused', message: fault };
}

interface Refused {
  readonly kind: 'refused';
  readonly message: string;
}

type Text = { readonly kind: 'text'; readonly text: string } | Refused;

function agentOf(row: Row, from: AgentFrom): Text {
  if (from.kind !== 'spread') return textOf(row, from);
  return { kind: 'text', text: `agent-${((row.place.row - 1) % from.agents) + 1}` };
}

function textOf(row: Row, from: ValueFrom): Text {
  if (from.kind === 'constant') return { kind: 'text', text: from.text };
  const value = row.field(from.column);
  if (typeof value === 'string' && value !== '') return { kind: 'text', text: value };
  return { kind: 'refused', message: `${from.column} ${nameless(value) ?? 'is not a text'}` };
}

function nameless(value: unknown): string | undefined {
  if (value === undefined || value === null) return 'is missing';
  return value === '' ? 'is empty' : undefined;
}

type OccurredAt = { readonly kind: 'members'; readonly members: { readonly occurredAt?: string } } | Refused;

function occurredAtOf(row: Row, column: string | undefined): OccurredAt {
  if (column === undefined) return { kind: 'members', members: {} };
  const text = textOf(row, { kind: 'column', column });
  return text.kind === 'refused' ? text : { kind: 'members', members: { occurredAt: text.text } };
}

type ReadItem = { readonly kind: 'item'; readonly service: string; readonly count: number } | Refused;

function readItem(row: Row, { service, requests }: ItemMapping): ReadItem {
  const serviceText = textOf(row, service);
  if (serviceText.kind === 'refused') return serviceText;
  const value = requests.kind === 'constant' ? requests.text : row.field(requests.column);
  const count = countOf(value);
  if (count !== undefined) return { kind: 'item', service: serviceText.text, count };
  const name = requests.kind === 'constant' ? 'the count' : requests.column;
  const fault = nameless(value) ?? `is ${shown(value)}, not a whole number from 0 to ${countMax}`;
  return { kind: 'refused', message: `${name} ${fault}` };
}

/** A count, from a text or a JSON number. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^ *\d{1,16} *$/.test(value) ? Number(value) : value;
  return Number.isInteger(count) && typeof count === 'number' && count >= 0 && count <= countMax
    ? count
    : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function partsOf(count: number): number[] {
  const parts: number[] = [];
  for (let left = count; left > 0; left -= requestsPerItemMax) parts.push(Math.min(left, requestsPerItemMax));
  return parts;
}

function faultOf(item: UsageItem): string | undefined {
  const validated = validateItem(item);
  if (validated.kind === 'valid') return undefined;
  return validated.faults.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ');
}

import { bounds, compileValidator, UsageItem } from '@billonce/contract';
import { formatDecimal } from '../../domain/amount.ts';
import { absence, quantityPlaces, readCount, readQuantity } from './exact-count.ts';
import { identifiedItemId, itemId, rowMax } from './item-id.ts';
import type { AgentFrom, ItemMapping, Mapping, RowFilter, ValueFrom } from './mapping.ts';
import { readMoment } from './moment.ts';
import type { FileRow } from './row.ts';

/** The result of mapping a row. */
export type MappedRow =
  | {
      readonly kind: 'items';
      readonly items: readonly UsageItem[];
      /** counts of 0, which produce no item */
      readonly zeros: number;
    }
  /** a row that is not billed: filtered out, or without any count */
  | { readonly kind: 'skipped' }
  | Refused;

interface Refused {
  readonly kind: 'refused';
  readonly message: string;
}

/** The most requests of one usage item; a larger count becomes several items with the same sum. */
const requestsPerItemMax = bounds.requestsOfItem;

const validateItem = compileValidator(UsageItem);

/**
 * Turns a row into usage items. A row is taken completely or not at all. When a row is fixed later, every item gets a
 * new id, so items that had been taken from it would be billed a second time.
 */
export function mapRow(row: FileRow, mapping: Mapping, source: string): MappedRow {
  if (row.place.row > rowMax) return refused(`is beyond row ${rowMax}`);
  const doubtful = (mapping.filters ?? [])
    .map((filter) => unreadableIn(row, filter))
    .find((one) => one !== undefined);
  if (doubtful !== undefined) return doubtful;
  if (!(mapping.filters ?? []).every((filter) => passes(row, filter))) return { kind: 'skipped' };
  const counts = countsOf(row, mapping);
  if (counts.kind === 'refused') return counts;
  if (counts.list.length === 0) return { kind: 'skipped' };
  const agent = agentOf(row, mapping);
  if (agent.kind === 'refused') return agent;
  const occurredAt = occurredAtOf(row, mapping);
  if (occurredAt.kind === 'refused') return occurredAt;
  const rowId = rowIdOf(row, mapping);
  if (rowId?.kind === 'refused') return rowId;
  const items: UsageItem[] = [];
  for (const { item, count, mapped } of counts.list) {
    if (count === 0n) continue;
    const service = nameOf(row, mapped.service, mapping.spaceBecomes);
    if (service.kind === 'refused') return service;
    for (const [part, amount] of amountsOf(count, mapping).entries()) {
      const id =
        rowId === undefined
          ? itemId(source, { row: row.place.row, rowText: row.text, item, part })
          : identifiedItemId(source, { rowId: rowId.values, count: mapped.name ?? String(item), part });
      items.push({ agent: agent.text, serviceId: service.text, ...amount, id, ...occurredAt.members });
    }
  }
  const fault = items.map(faultOf).find((found) => found !== undefined);
  const zeros = counts.list.filter(({ count }) => count === 0n).length;
  return fault === undefined ? { kind: 'items', items, zeros } : refused(fault);
}

/** One text that identifies a row; undefined if the row has no id. */
export function rowKey(row: FileRow, mapping: Mapping): string | undefined {
  const rowId = rowIdOf(row, mapping);
  return rowId?.kind === 'values' ? JSON.stringify(rowId.values) : undefined;
}

/** Whether a row has anything to bill. */
export function hasCounts(row: FileRow, mapping: Mapping): boolean {
  const counts = countsOf(row, mapping);
  return counts.kind === 'refused' || counts.list.length > 0;
}

function refused(message: string): Refused {
  return { kind: 'refused', message };
}

/** Refuses a row without a column. If a list in the row has the column, its elements are probably the rows. */
function missing(row: FileRow, column: string, fault: string): Refused {
  const list = row.listWith?.(column);
  return refused(
    list === undefined
      ? `${column} ${fault}`
      : `${column} ${fault}, but the elements of ${list} have it: if they are the rows, give --rows ${list}`,
  );
}

function passes(row: FileRow, { from, values, takesMissing }: RowFilter): boolean {
  const { value } = foundIn(row, from);
  return absence(value) === undefined ? values.has(String(value).trim()) : takesMissing;
}

/** A value that cannot be compared with those of its filter. If these are ASCII, it equals none of them. */
function unreadableIn(row: FileRow, { from, values }: RowFilter): Refused | undefined {
  if ([...values].every((value) => isAscii(value))) return undefined;
  const { value, name } = foundIn(row, from);
  return isUnreadable(value) ? refused(`${name} ${unreadable}`) : undefined;
}

const unreadable =
  'has a character that could not be read (U+FFFD): the file is not UTF-8, or was damaged when it was made';

/** Bytes that are no UTF-8 have become U+FFFD: texts that differ only in them would be equal. */
function isUnreadable(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\ufffd');
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

interface Found {
  readonly value: unknown;
  /** the column, for a message */
  readonly name: string;
}

function foundIn(row: FileRow, from: ValueFrom): Found {
  switch (from.kind) {
    case 'constant':
      return { value: from.text, name: 'the constant' };
    case 'column':
      return { value: row.field(from.column), name: from.column };
    case 'first': {
      const found = from.columns.find((column) => absence(row.field(column)) === undefined);
      const column = found ?? from.columns[0] ?? '';
      return { value: row.field(column), name: column };
    }
    case 'joined': {
      const parts = from.values.map((one) => foundIn(row, one));
      const missing = parts.find(({ value }) => absence(value) !== undefined);
      return missing ?? { value: parts.map(({ value }) => String(value).trim()).join(':'), name: 'the name' };
    }
  }
}

type Text = { readonly kind: 'text'; readonly text: string } | Refused;

function agentOf(row: FileRow, { agent, spaceBecomes }: Mapping): Text {
  return agent.kind === 'spread'
    ? { kind: 'text', text: spread(row, agent) }
    : nameOf(row, agent, spaceBecomes);
}

function spread(row: FileRow, { agents }: Extract<AgentFrom, { kind: 'spread' }>): string {
  return `agent-${((row.place.row - 1) % agents) + 1}`;
}

function nameOf(row: FileRow, from: ValueFrom, spaceBecomes: string | undefined): Text {
  const { value, name } = foundIn(row, from);
  const absent = absence(value);
  if (absent !== undefined) return missing(row, name, absent);
  if (typeof value === 'object') return refused(`${name} is not a text`);
  const text = String(value).trim();
  return { kind: 'text', text: spaceBecomes === undefined ? text : text.replaceAll(/\s+/g, spaceBecomes) };
}

type OccurredAt = { readonly kind: 'members'; readonly members: { readonly occurredAt?: string } } | Refused;

function occurredAtOf(row: FileRow, { occurredAt, timezone }: Mapping): OccurredAt {
  if (occurredAt === undefined) return { kind: 'members', members: {} };
  const { value, name } = foundIn(row, occurredAt);
  const moment = readMoment(value, timezone);
  if (moment.kind === 'refused') return refused(`${name} ${moment.message}`);
  return { kind: 'members', members: { occurredAt: moment.text } };
}

type RowId = { readonly kind: 'values'; readonly values: readonly (string | null)[] } | Refused;

function rowIdOf(row: FileRow, { rowId }: Mapping): RowId | undefined {
  if (rowId === undefined) return undefined;
  const values: (string | null)[] = [];
  for (const from of rowId) {
    const { value, name } = foundIn(row, from);
    const absent = absence(value);
    if (absent !== undefined && from.kind === 'column')
      return missing(row, name, `${absent}: it identifies the row`);
    if (typeof value === 'object' && value !== null)
      return refused(`${name} is not a text: it identifies the row`);
    if (isUnreadable(value)) return refused(`${name} identifies the row, and ${unreadable}`);
    values.push(absent === undefined ? String(value).trim() : null);
  }
  const isEmpty = values.every((value) => value === null);
  return isEmpty ? refused('has none of the columns that identify a row') : { kind: 'values', values };
}

interface CountOfRow {
  readonly item: number;
  /** requests, or 10^-6 of a unit */
  readonly count: bigint;
  readonly mapped: ItemMapping;
}

function countsOf(
  row: FileRow,
  { items, decimalMark, multiplier, skipsMissing, areQuantities }: Mapping,
): { readonly kind: 'counts'; readonly list: readonly CountOfRow[] } | Refused {
  const list: CountOfRow[] = [];
  for (const [item, mapped] of items.entries()) {
    const { value, name } = foundIn(row, mapped.requests);
    const read =
      areQuantities === true
        ? readQuantity(value, decimalMark, multiplier)
        : readCount(value, decimalMark, multiplier);
    switch (read.kind) {
      case 'count':
        list.push({ item, count: BigInt(read.count), mapped });
        break;
      case 'none':
        if (skipsMissing !== true) return missing(row, name, read.fault);
        break;
      case 'bad':
        return refused(`${name} ${read.fault}`);
    }
  }
  return { kind: 'counts', list };
}

/** The quantities of the items of a count; a quantity always fits into one item. */
function amountsOf(
  count: bigint,
  { areQuantities }: Mapping,
): ({ readonly requests: number } | { readonly quantity: string })[] {
  if (areQuantities === true) return [{ quantity: formatDecimal(count, quantityPlaces) }];
  const parts: { readonly requests: number }[] = [];
  for (let left = Number(count); left > 0; left -= requestsPerItemMax)
    parts.push({ requests: Math.min(left, requestsPerItemMax) });
  return parts;
}

function faultOf(item: UsageItem): string | undefined {
  const validated = validateItem(item);
  if (validated.kind === 'valid') return undefined;
  return validated.faults
    .map(({ pointer, message }) => `${pointer.slice(1)} ${message}${spaceHint(pointer, item)}`)
    .join('; ');
}

function spaceHint(pointer: string, { agent, serviceId }: UsageItem): string {
  const name = pointer === '/agent' ? agent : pointer === '/serviceId' ? serviceId : '';
  return /\s/.test(name)
    ? `; it is ${JSON.stringify(name.slice(0, 40))}: --replace-spaces gives a character for the spaces`
    : '';
}

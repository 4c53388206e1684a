import { moneyText, xlmText } from '../command-line/money.ts';
import { memberOf } from '../move/json-members.ts';
import type { Event } from './follow.ts';

/** The members of an event that a line shows after its agent and its service, in this order. */
const members = [
  'quantity',
  'requests',
  'amount',
  'available',
  'price',
  'per',
  'limit',
  'name',
  'state',
  'reason',
] as const;

/** Members that are in the asset of the event. */
const amounts: ReadonlySet<string> = new Set(['amount', 'available', 'price']);

/** An event as one line: when, what, whose, and how much. */
export function eventLine({ timestamp, type, data }: Event): string {
  const shown = (name: string): string | undefined => {
    const value = memberOf(data, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const asset = shown('asset');
  const stroops = shown('billedStroops');
  const money = (name: string): string | undefined => {
    const value = shown(name);
    // An event that has only stroops is in XLM.
    if (name === 'amount' && value === undefined && stroops !== undefined) return xlmText(stroops);
    return value === undefined || asset === undefined || !amounts.has(name) ? value : moneyText(value, asset);
  };
  const whose = ['agent', 'serviceId'].map(shown).filter((part) => part !== undefined);
  const rest = members.flatMap((name) => {
    const value = money(name);
    return value === undefined ? [] : [`${name} ${value}`];
  });
  return [timestamp, type.padEnd(18), ...whose, ...(rest.length === 0 ? [] : [rest.join(', ')])].join('  ');
}

import { memberOf } from '../move/json-members.ts';
import type { Event } from './follow.ts';

/** The members of an event that a line shows after its agent and its service, in this order. */
const members = [
  'quantity',
  'requests',
  'billedStroops',
  'amount',
  'available',
  'price',
  'per',
  'asset',
  'limit',
  'name',
  'state',
  'reason',
] as const;

/** An event as one line: when, what, whose, and how much. */
export function eventLine({ timestamp, type, data }: Event): string {
  const shown = (name: string): string | undefined => {
    const value = memberOf(data, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const whose = ['agent', 'serviceId'].map(shown).filter((part) => part !== undefined);
  const rest = members.flatMap((name) => {
    const value = shown(name);
    return value === undefined ? [] : [`${name} ${value}`];
  });
  return [timestamp, type.padEnd(18), ...whose, ...(rest.length === 0 ? [] : [rest.join(', ')])].join('  ');
}

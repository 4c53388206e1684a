import type { Random } from '../harness/seeded-random.ts';
import type { AccountName } from './write.ts';

/** Names that a careless concatenation or a careless pattern would confuse. */
export const tenants = ['acme', 'acme.b'] as const;
export const agents = ['a', 'a/b', 'a|b', 'A'] as const;
export const services = ['c', 'b/c', 'b|c', 'C*'] as const;
/** Assets with few decimal places, with the most, and between. The first one needs no registration. */
export const assets = [
  { code: 'XLM', scale: 7 },
  { code: 'USD', scale: 2 },
  { code: 'POINT', scale: 12 },
] as const;
const minuteMs = 60_000;
const dayMs = 86_400_000;

export interface Hot extends AccountName {
  readonly tenant: string;
  /** whether most writes concern prepaid money */
  readonly isPrepaid: boolean;
}

/** Times at the edges of the window in which an event is accepted, sometimes in another time zone. */
export function drawTime(random: Random, nowMs: number): { readonly occurredAt?: string } {
  if (random.below(2) === 0) return {};
  const agoMs = random.pick([0, 1, dayMs, 34 * dayMs, 34 * dayMs + 1, -5 * minuteMs, -5 * minuteMs - 1]);
  const atMs = nowMs - agoMs;
  if (random.below(2) === 0) return { occurredAt: new Date(atMs).toISOString() };
  return { occurredAt: new Date(atMs + 2 * 60 * minuteMs).toISOString().replace('Z', '+02:00') };
}

import type { Json } from '@billonce/idempotency/core';
import { type Amount, amountPlaces, formatDecimal } from './amount.ts';
import { availableOf, type Balance, type Grant } from './balance.ts';
import { type BillingPolicy, lowAtMax } from './billing.ts';
import type { NotedEvent } from './event.ts';
import type { Movement } from './movement.ts';
import { timestampOfMs, timestampOrNull } from './timestamps.ts';

/** The source of the ids and the time of the events of one change. */
export interface EventSource {
  readonly nowMs: number;
  /** the next new id */
  readonly nextId: () => string;
}

/**
 * The most events of one change of the available amount, besides one for each grant: one for each level, and one for
 * reaching the end.
 */
export const levelEventsMax = lowAtMax + 1;

/** An amount as it is shown: exact, without zeros at its end. */
export function amountText(amount: Amount): string {
  return formatDecimal(amount, amountPlaces);
}

/** That a grant was made. */
export function grantedEvent(balance: Balance, grant: Grant, source: EventSource): NotedEvent {
  return noted('balance.granted', { ...namesOf(balance), ...grantShown(grant) }, source);
}

/** The events of expired grants, among movements that ended with a balance. */
export function expiredEvents(
  balance: Balance,
  movements: readonly Movement[],
  source: EventSource,
): NotedEvent[] {
  return movements
    .filter(({ kind }) => kind === 'expired')
    .map(({ grantId, amount, available, atMs }) =>
      noted(
        'grant.expired',
        {
          agent: balance.agent,
          asset: balance.asset,
          available: amountText(available),
          grantId: grantId ?? null,
          expired: amountText(amount),
          expiredAt: timestampOfMs(atMs),
        },
        source,
      ),
    );
}

/** The events of each level that the available amount has just fallen to or below; the last level is 0. */
export function levelEvents(
  before: Balance,
  after: Balance,
  { asset, lowAt }: BillingPolicy,
  source: EventSource,
): NotedEvent[] {
  const [from, to] = [availableOf(before), availableOf(after)];
  const isCrossed = (level: Amount) => from > level && to <= level;
  const levels = asset === after.asset ? lowAt : [];
  const low = levels
    .filter(isCrossed)
    .map((level) => noted('balance.low', { ...namesOf(after), level: amountText(level) }, source));
  return isCrossed(0n) ? [...low, noted('balance.exhausted', namesOf(after), source)] : low;
}

/** What is said of a grant. */
export function grantShown(grant: Grant) {
  const { id, kind, amount, priority, expiresAtMs, note, reversalId } = grant;
  return {
    grantId: id,
    kind,
    amount: amountText(amount),
    priority,
    expiresAt: timestampOrNull(expiresAtMs),
    note: note ?? null,
    reversalId: reversalId ?? null,
  };
}

function namesOf(balance: Balance) {
  const { agent, asset } = balance;
  return { agent, asset, available: amountText(availableOf(balance)) };
}

function noted(
  type: NotedEvent['type'],
  data: { readonly [name: string]: Json },
  { nowMs, nextId }: EventSource,
): NotedEvent {
  return { id: nextId(), type, atMs: nowMs, data };
}

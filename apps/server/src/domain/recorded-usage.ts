import { type Account, accountFor, outstandingRequests, recordOn } from './account.ts';
import type { Amount } from './amount.ts';
import { inXlm } from './asset.ts';
import { levelEventsMax } from './balance-events.ts';
import { countUse, unitsOf } from './counted-use.ts';
import type { Hold } from './hold.ts';
import { limitLevelsMax, limitsOfWriteMax } from './limit.ts';
import { type Payment, type PaymentMoment, payFor } from './payment.ts';
import type { Refusal } from './refusal.ts';
import type { Service } from './service.ts';
import { type Entry, judgeOccurrence, type UsageItem } from './usage.ts';
import { noChanges, type UsageChanges, type View } from './view.ts';

/** The most events that come with usage: each limit that applies may reach all of its levels, and so may the balance. */
export const usageEventsMax = limitsOfWriteMax * limitLevelsMax + levelEventsMax;

/** Usage that is recorded with its payment, or why it is not. */
export type RecordedUsage =
  | {
      readonly kind: 'recorded';
      readonly total: number;
      readonly unitScale: number;
      readonly entryId: string;
      /** `undefined`: its service has no price */
      readonly cost: Amount | undefined;
      readonly paid: PaidFromBalance | undefined;
      readonly changes: UsageChanges;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What was drawn from the balance, and what is available after it. */
export interface PaidFromBalance {
  readonly drawn: Amount;
  readonly available: Amount;
}

/** When usage is recorded, and the ids of its entry and of events. */
export interface RecordingMoment extends PaymentMoment {
  readonly entryId: string;
}

/** Records usage on its account and pays for it, after everything that depends on time, configuration or state. */
export function recordedUsage(
  { item, apiKeyPrefix }: { readonly item: UsageItem; readonly apiKeyPrefix: string | undefined },
  view: View,
  moment: RecordingMoment,
  hold?: Hold,
): RecordedUsage {
  const { agent, serviceId } = item;
  const occurrence = judgeOccurrence(item.occurredAtNs, moment.nowMs);
  if (occurrence !== 'accepted') return { kind: 'refused', refusal: occurrenceRefusals[occurrence] };
  const service = view.service(serviceId);
  const closed = refusalOfService(service);
  if (closed !== undefined) return { kind: 'refused', refusal: closed };
  const before = accountFor(view.account(agent, serviceId), service);
  const { unitScale } = before;
  const recorded = recordOn(before, service, item.requests, moment.nowMs);
  if (recorded === undefined) return { kind: 'refused', refusal: limitExceeded };
  const { cost } = recorded;
  const { entryId, nowMs, nextId } = moment;
  const use = {
    agent,
    serviceId,
    apiKeyPrefix,
    asset: service?.asset,
    quantity: unitsOf(item.requests, unitScale),
    cost: cost ?? 0n,
  };
  const held = hold?.state === 'open' ? hold.counted : undefined;
  const counted = countUse(use, view, nowMs, nextId, held);
  if (counted.kind === 'refused') return counted;
  const asset = service?.asset ?? inXlm.asset;
  const payment = payFor({ agent, serviceId, entryId, asset, cost, hold }, view, moment);
  if (payment.kind === 'refused') return payment;
  const moved = payment.changes;
  const drawn = payment.kind === 'drawn' ? payment.amount : undefined;
  const account =
    drawn === undefined ? recorded.account : { ...recorded.account, paid: recorded.account.paid + drawn };
  const total = outstandingRequests(account);
  const entry: Entry = {
    ...item,
    id: entryId,
    unitScale,
    asset: service?.asset,
    assetScale: service?.assetScale,
    sequence: account.sequence,
    priceVersion: recorded.line.priceVersion,
    lineRequests: recorded.line.recordedRequests,
    tiered: recorded.tiered,
    outstandingAfter: total,
    drawn,
    paidAfter: account.paid === 0n ? undefined : account.paid,
    recordedAtMs: moment.nowMs,
  };
  return {
    kind: 'recorded',
    total,
    unitScale,
    entryId,
    cost,
    paid: paidOf(payment),
    changes: {
      entries: [entry],
      accounts: [account],
      limitCounters: counted.counters,
      policies: moved.policies ?? noChanges.policies,
      balances: moved.balances ?? noChanges.balances,
      grants: moved.grants ?? noChanges.grants,
      movements: moved.movements ?? noChanges.movements,
      events: moved.events === undefined ? counted.events : [...counted.events, ...moved.events],
    },
  };
}

function paidOf(payment: Exclude<Payment, { readonly kind: 'refused' }>): PaidFromBalance | undefined {
  if (payment.kind === 'due') return undefined;
  return { drawn: payment.amount, available: payment.available };
}

/** Why usage of a service is not recorded, and nothing is held for it. */
export function refusalOfService(service: Service | undefined): Refusal | undefined {
  if (service?.deleted === true) return serviceDeleted(service.serviceId);
  return service?.disabled === true ? serviceDisabled(service.serviceId) : undefined;
}

/** What usage would cost on an account, or why it would not be recorded, apart from its limits and its balance. */
export function wouldRecord(
  account: Account,
  service: Service | undefined,
  requests: number,
  nowMs: number,
): { readonly refusal: Refusal | undefined; readonly cost: Amount | undefined } {
  const refusal = refusalOfService(service);
  if (refusal !== undefined) return { refusal, cost: undefined };
  const recorded = recordOn(account, service, requests, nowMs);
  return { refusal: recorded === undefined ? limitExceeded : undefined, cost: recorded?.cost };
}

function serviceDisabled(serviceId: string): Refusal {
  return { code: 'service_disabled', message: `service ${serviceId} is disabled: its usage is not recorded` };
}

function serviceDeleted(serviceId: string): Refusal {
  const message = `service ${serviceId} was deleted: its usage is recorded only after it is registered again`;
  return { code: 'service_deleted', message };
}

const limitExceeded: Refusal = {
  code: 'limit_exceeded',
  message: 'the account would exceed 2^53-1 requests or 2^63-1 of the smallest parts of its asset',
};

const occurrenceRefusals = {
  event_too_old: { code: 'event_too_old', message: 'occurredAt is more than 34 days ago' },
  event_in_future: { code: 'event_in_future', message: 'occurredAt is more than 5 minutes ahead' },
} as const satisfies Record<string, Refusal>;

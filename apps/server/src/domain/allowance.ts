import { type Account, accountFor } from './account.ts';
import type { Balance } from './balance.ts';
import type { BillingPolicy } from './billing.ts';
import { type Counters, countUse, unitsOf } from './counted-use.ts';
import { type Limit, limitsOf, subjectOf, windowAt } from './limit.ts';
import { type CountedWindow, windowOf } from './limit-counter.ts';
import { costOfRequests } from './money.ts';
import { refusalOf, serviceUnpriced } from './payment.ts';
import { partsUsed, type SentUse } from './quantity.ts';
import { recordingRefusal } from './recorded-usage.ts';
import type { Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** Whether usage would be recorded now. Another write may come before it. */
export interface Allowance {
  /** why not; `undefined`: it would be recorded */
  readonly refusal: Refusal | undefined;
  /** the limits that apply, as they are now */
  readonly limits: readonly {
    readonly limit: Limit;
    readonly endMs: number | undefined;
    readonly window: CountedWindow;
  }[];
}

/** What usage would be judged by. */
interface AllowanceFacts extends Counters {
  readonly account: Account;
  readonly service: Service | undefined;
  /** what usage of a prepaid agent would be drawn from */
  readonly balance: Balance;
  readonly policy: BillingPolicy;
  /** why nothing new may be done now */
  readonly gate: Refusal | undefined;
}

export function allowanceOf(
  { apiKeyPrefix, ...sent }: SentUse & { readonly apiKeyPrefix: string | undefined },
  facts: AllowanceFacts,
  nowMs: number,
): Allowance {
  const { service, gate } = facts;
  const account = accountFor(facts.account, service);
  const { agent, serviceId, unitScale } = account;
  const used = partsUsed(sent, unitScale);
  const requests = used.kind === 'counted' ? used.parts : 0;
  const cost = service === undefined ? 0n : costOfRequests(requests, service.price, account);
  const quantity = unitsOf(requests, unitScale);
  const use = { agent, serviceId, apiKeyPrefix, asset: service?.asset, quantity, cost };
  const counted = countUse(use, facts, nowMs, () => '');
  const limits = limitsOf(facts.limits(), use).map((limit) => {
    const { startMs, endMs } = windowAt(limit.window, nowMs);
    return { limit, endMs, window: windowOf(facts.limitCounter(limit, subjectOf(limit, agent)), startMs) };
  });
  const refusal =
    gate ??
    (used.kind === 'refused' ? used.refusal : undefined) ??
    recordingRefusal(account, service, requests) ??
    (counted.kind === 'refused' ? counted.refusal : undefined) ??
    paymentRefusal(requests, account, facts);
  return { refusal, limits };
}

/** Why usage would not be paid for from the balance of a prepaid agent. */
function paymentRefusal(
  requests: number,
  account: Account,
  { service, balance, policy }: AllowanceFacts,
): Refusal | undefined {
  if (policy.mode === 'postpaid') return undefined;
  if (service === undefined) return serviceUnpriced(account.serviceId);
  return refusalOf(balance, costOfRequests(requests, service.price, account), 0n, policy);
}

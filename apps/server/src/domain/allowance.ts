import { type Account, accountFor } from './account.ts';
import type { Amount } from './amount.ts';
import type { Balance } from './balance.ts';
import type { BillingPolicy } from './billing.ts';
import { type Counters, countUse, unitsOf } from './counted-use.ts';
import { type Limit, limitsOf, subjectOf, windowAt } from './limit.ts';
import { type CountedWindow, windowOf } from './limit-counter.ts';
import { refusalOf, serviceUnpriced } from './payment.ts';
import { partsUsed, type SentUse } from './quantity.ts';
import { wouldRecord } from './recorded-usage.ts';
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
  const recorded = wouldRecord(account, service, requests, nowMs);
  const cost = recorded.cost ?? 0n;
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
    recorded.refusal ??
    (counted.kind === 'refused' ? counted.refusal : undefined) ??
    paymentRefusal(recorded.cost, account, facts);
  return { refusal, limits };
}

/** Why usage would not be paid for from the balance of a prepaid agent. */
function paymentRefusal(
  cost: Amount | undefined,
  account: Account,
  { balance, policy }: AllowanceFacts,
): Refusal | undefined {
  if (policy.mode === 'postpaid') return undefined;
  if (cost === undefined) return serviceUnpriced(account.serviceId);
  return refusalOf(balance, cost, 0n, policy);
}

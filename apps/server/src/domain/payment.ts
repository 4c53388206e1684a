import type { Amount } from './amount.ts';
import { availableOf, type Balance, refundPriority, refundsOpenMax } from './balance.ts';
import { expiredEvents, grantedEvent, levelEvents } from './balance-events.ts';
import { BalanceMoves, sumOf } from './balance-moves.ts';
import { type BillingPolicy, balanceIn, everyAgent, overdraftOf, policyDefault } from './billing.ts';
import type { Hold } from './hold.ts';
import type { Refusal } from './refusal.ts';
import type { Changes, View } from './view.ts';

/** Whose policy holds: the agent's, the tenant's, or neither has one. */
export type PolicySource = 'agent' | 'tenant' | 'none';

/** The policy that holds for an agent, and whose it is. */
export function policyFor(
  agent: string,
  view: View,
): { readonly policy: BillingPolicy; readonly source: PolicySource } {
  const own = view.billing(agent).policy;
  if (own !== undefined) return { policy: own, source: agent === everyAgent ? 'tenant' : 'agent' };
  const ofTenant = view.defaultPolicy();
  return ofTenant === undefined
    ? { policy: policyDefault, source: 'none' }
    : { policy: ofTenant, source: 'tenant' };
}

/** What moved in a balance, as changes to the books; an agent that they did not know is known from then on. */
export function balanceChanges(moves: BalanceMoves, view: View): PaymentChanges {
  const { agent } = moves.balance;
  return {
    policies: view.billing(agent).isKnown ? [] : [{ agent, policy: undefined }],
    balances: [moves.balance],
    grants: moves.owned,
    movements: moves.movements,
  };
}

/** Usage that is to be paid for. */
export interface Bought {
  readonly agent: string;
  readonly serviceId: string;
  readonly entryId: string;
  /** that of its service */
  readonly asset: string;
  /** `undefined`: its service has no price */
  readonly cost: Amount | undefined;
  /** the hold that it captures */
  readonly hold?: Hold | undefined;
}

/** Where a decision takes the ids of its events from. */
export interface PaymentMoment {
  readonly nowMs: number;
  readonly nextId: () => string;
}

/** What a payment moves in balances. */
export type PaymentChanges = Partial<
  Pick<Changes, 'policies' | 'balances' | 'grants' | 'movements' | 'events'>
>;

/** How usage is paid for: by a later bill, or from the balance now. */
export type Payment =
  | { readonly kind: 'due'; readonly changes: PaymentChanges }
  | {
      readonly kind: 'drawn';
      readonly amount: Amount;
      readonly available: Amount;
      readonly changes: PaymentChanges;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Pays for usage from the balance of a prepaid agent, and from what a hold reserves. */
export function payFor(bought: Bought, view: View, moment: PaymentMoment): Payment {
  const { agent, hold, entryId } = bought;
  if (hold?.state === 'open' && hold.asset !== bought.asset) return payBeside(bought, hold, view, moment);
  const { policy } = policyFor(agent, view);
  const isOpen = hold?.state === 'open';
  // What a hold reserved is drawn, also where the agent is postpaid by now.
  const isDrawn = policy.mode === 'prepaid' || (isOpen && hold.isPrepaid);
  if (!isDrawn && !isOpen) return { kind: 'due', changes: {} };
  const before = balanceIn(view.billing(agent), bought.asset);
  const moves = new BalanceMoves(before, moment.nowMs);
  const why = { entryId, holdId: hold?.id };
  if (!isDrawn) {
    moves.capture(hold?.parts ?? [], 0n, why);
    return { kind: 'due', changes: balanceChanges(moves, view) };
  }
  const { cost } = bought;
  if (cost === undefined) return { kind: 'refused', refusal: serviceUnpriced(bought.serviceId) };
  const parts = isOpen ? hold.parts : [];
  const refusal = refusalOf(before, cost, sumOf(parts), policy);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  if (isOpen) moves.capture(parts, cost, why);
  else moves.draw(cost, why);
  // What a hold reserved of a grant that has expired meanwhile, and its usage did not take, expires with its end.
  const events = [
    ...expiredEvents(moves.balance, moves.movements, moment),
    ...levelEvents(before, moves.balance, policy, moment),
  ];
  return {
    kind: 'drawn',
    amount: cost,
    available: availableOf(moves.balance),
    changes: { ...balanceChanges(moves, view), events },
  };
}

/**
 * Pays for usage that captures a hold in another asset, which was made before its service was registered. The hold
 * reserves nothing, because its agent was postpaid, but it counts as open in that balance.
 */
function payBeside(bought: Bought, hold: Hold, view: View, moment: PaymentMoment): Payment {
  const payment = payFor({ ...bought, hold: undefined }, view, moment);
  if (payment.kind === 'refused') return payment;
  const moves = new BalanceMoves(balanceIn(view.billing(bought.agent), hold.asset), moment.nowMs);
  moves.capture(hold.parts, 0n, { entryId: bought.entryId, holdId: hold.id });
  const { balances = [], grants = [], movements = [], ...changes } = payment.changes;
  const ended = balanceChanges(moves, view);
  return {
    ...payment,
    changes: {
      ...ended,
      ...changes,
      balances: [...balances, moves.balance],
      grants: [...grants, ...moves.owned],
      movements: [...movements, ...moves.movements],
    },
  };
}

/**
 * Returns what was drawn for usage that is taken back, as a grant that does not expire and is used first; or why it
 * cannot be returned.
 */
export function refundOf(
  {
    agent,
    asset,
    amount,
    reversalId,
  }: {
    readonly agent: string;
    readonly asset: string;
    readonly amount: Amount;
    readonly reversalId: string;
  },
  view: View,
  moment: PaymentMoment,
): { readonly kind: 'returned'; readonly changes: PaymentChanges } | Extract<Payment, { kind: 'refused' }> {
  const before = balanceIn(view.billing(agent), asset);
  if (before.open.filter(({ kind }) => kind === 'refund').length >= refundsOpenMax) {
    return { kind: 'refused', refusal: tooManyRefunds(agent) };
  }
  const moves = new BalanceMoves(before, moment.nowMs);
  const refund = moves.grant(
    {
      id: moment.nextId(),
      kind: 'refund',
      amount,
      priority: refundPriority,
      expiresAtMs: undefined,
      note: undefined,
      reversalId,
    },
    { entryId: reversalId },
  );
  const events = [grantedEvent(moves.balance, refund, moment)];
  return { kind: 'returned', changes: { ...balanceChanges(moves, view), events } };
}

export function tooManyRefunds(agent: string): Refusal {
  const message = `agent ${agent} has ${refundsOpenMax} refunds with money left, which is the limit; void some of them, or record usage, which draws them first`;
  return { code: 'limit_exceeded', message };
}

/** Why an amount may not be drawn or held, of which a part is reserved already. */
export function refusalOf(
  balance: Balance,
  required: Amount,
  reserved: Amount,
  policy: BillingPolicy,
): Refusal | undefined {
  const overdraft = overdraftOf(policy, balance.asset);
  const available = availableOf(balance) + reserved;
  // Usage that costs nothing, or was reserved, is not refused if the overdraft was lowered meanwhile.
  if (required <= reserved || available - required >= -overdraft) return undefined;
  const { agent, asset } = balance;
  const message = `agent ${agent} has too little ${asset} left for this`;
  return { code: 'insufficient_balance', message, asset, available, overdraft, required };
}

export function serviceUnpriced(serviceId: string): Refusal {
  const message = `service ${serviceId} has no price, so the server cannot draw or hold money for it`;
  return { code: 'service_unpriced', message };
}

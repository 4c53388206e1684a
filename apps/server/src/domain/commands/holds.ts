import { accountFor, outstandingRequests } from '../account.ts';
import type { Amount } from '../amount.ts';
import { inXlm } from '../asset.ts';
import { availableOf, type Balance, grantsOpenMax } from '../balance.ts';
import { amountText, expiredEvents, levelEvents } from '../balance-events.ts';
import { BalanceMoves } from '../balance-moves.ts';
import { balanceIn } from '../billing.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { countUse, unitsOf } from '../counted-use.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { keptBy, newCount, returnedAt, returnedCounters } from '../held-count.ts';
import { type Hold, holdMsMax, holdsOpenMax } from '../hold.ts';
import { holdEvent } from '../hold-events.ts';
import { costOfRequests } from '../money.ts';
import { balanceChanges, policyFor, refusalOf, serviceUnpriced } from '../payment.ts';
import { partsUsed, type SentUse } from '../quantity.ts';
import { type PaidFromBalance, recordedUsage, refusalOfService, usageEventsMax } from '../recorded-usage.ts';
import type { Refusal } from '../refusal.ts';
import type { Service } from '../service.ts';
import { dearestCost, unitsPaidBy } from '../tiers.ts';
import { isSameUsage, type UsageItem } from '../usage.ts';
import type { Changes, View } from '../view.ts';
import { wantHeld } from '../wants.ts';
import { type SentByKey, usageIdConflict } from './usage.ts';

/** Reserves before the work. A hold whose id is known is answered while paused, too. */
export interface CreateHold extends SentByKey {
  readonly kind: 'create_hold';
  readonly agent: string;
  readonly serviceId: string;
  /** what is to be reserved: the price of what is used, or an amount */
  readonly wanted:
    | ({ readonly kind: 'use' } & SentUse)
    | { readonly kind: 'amount'; readonly amount: Amount };
  readonly expiresInMs: number;
  /** the caller's own name for it, unique in its tenant */
  readonly holdId: string | undefined;
}

/** Records the actual usage of the work, and releases the rest. */
export interface CaptureHold extends SentByKey {
  readonly kind: 'capture_hold';
  readonly holdId: string;
  /** whole requests; 0 where a quantity is sent */
  readonly requests: number;
  /** in 10^-6 of a unit */
  readonly quantity?: bigint | undefined;
  readonly usageId: string | undefined;
  readonly occurredAtNs: bigint | undefined;
  readonly metadata?: string | undefined;
}

export interface ReleaseHold {
  readonly kind: 'release_hold';
  readonly holdId: string;
}

/** Lets a hold reserve for longer, from now on. */
export interface ExtendHold {
  readonly kind: 'extend_hold';
  readonly holdId: string;
  readonly expiresInMs: number;
}

export type HoldsCommand = CreateHold | CaptureHold | ReleaseHold | ExtendHold;

export interface HoldMade {
  readonly kind: 'hold_made';
  readonly hold: Hold;
  /** what is available after it */
  readonly available: Amount;
}

/** The id was held before. */
export interface HoldKnown extends Omit<HoldMade, 'kind'> {
  readonly kind: 'hold_known';
}

export interface HoldCaptured {
  readonly kind: 'hold_captured';
  readonly hold: Hold;
  readonly entryId: string;
  /** outstanding requests of the account after it */
  readonly total: number;
  readonly paid: PaidFromBalance | undefined;
}

/** The usage id was recorded before, by the capture of this hold. */
export interface CaptureKnown extends Omit<HoldCaptured, 'kind' | 'paid'> {
  readonly kind: 'capture_known';
}

export interface HoldReleased extends Omit<HoldMade, 'kind'> {
  readonly kind: 'hold_released';
}

export interface HoldExtended extends Omit<HoldMade, 'kind'> {
  readonly kind: 'hold_extended';
}

const createHold: CommandRules<CreateHold, HoldMade | HoldKnown> = {
  ...usually,
  isGated: false,
  reads({ agent, serviceId, holdId }, wants) {
    wantHeld(agent, serviceId, wants);
    if (holdId !== undefined) wants.holdIds.add(holdId);
  },
  // Its place, its event, and what it says of limits and of the balance.
  idsMax: () => 2 + usageEventsMax,
  actsMax: () => 0,
  decide: decideHold,
};

const captureHold: CommandRules<CaptureHold, HoldCaptured | CaptureKnown> = {
  ...usually,
  isGated: false,
  reads({ holdId, usageId }, wants) {
    wants.holdIds.add(holdId);
    if (usageId !== undefined) wants.usageIds.add(usageId);
  },
  // The entry, the event of the hold, those that come with usage, and one for each grant of which a part expires now.
  idsMax: () => 2 + usageEventsMax + grantsOpenMax,
  actsMax: () => 0,
  decide: decideCapture,
};

const releaseHold: CommandRules<ReleaseHold, HoldReleased> = {
  ...usually,
  reads: ({ holdId }, wants) => void wants.holdIds.add(holdId),
  // Its event, and one for each grant of which a part expires now.
  idsMax: () => 1 + grantsOpenMax,
  actsMax: () => 0,
  decide: decideRelease,
};

const extendHold: CommandRules<ExtendHold, HoldExtended> = {
  ...usually,
  reads: ({ holdId }, wants) => void wants.holdIds.add(holdId),
  idsMax: () => 0,
  actsMax: () => 0,
  decide: decideExtension,
};

export const holdsCommands = {
  create_hold: createHold,
  capture_hold: captureHold,
  release_hold: releaseHold,
  extend_hold: extendHold,
} satisfies RulesOf<HoldsCommand>;

function decideHold(command: CreateHold, view: View, moment: Moment): Decision<HoldMade | HoldKnown> {
  const { agent, serviceId, holdId } = command;
  const service = view.service(serviceId);
  const known = holdId === undefined ? undefined : view.hold(holdId);
  // The decimal places of a service that only holds were made for may have changed since.
  const wanted = reservedBy(command.wanted, known ?? service);
  if (known !== undefined) {
    if (!isSameHold(known, command, wanted)) return refused(holdIdConflict);
    return done({ kind: 'hold_known', hold: known, available: availableOf(balanceOf(known, view)) });
  }
  if (moment.gate !== undefined) return refused(moment.gate);
  const closed = refusalOfService(service);
  if (closed !== undefined) return refused(closed);
  if (wanted.kind === 'refused') return refused(wanted.refusal);
  const { policy } = policyFor(agent, view);
  const isPrepaid = policy.mode === 'prepaid';
  const unitScale = service?.unitScale ?? 0;
  const amount = wanted.kind === 'amount' ? wanted.amount : priceOf(wanted.parts, service, unitScale);
  if (amount === undefined || (isPrepaid && service === undefined))
    return refused(serviceUnpriced(serviceId));
  const source = eventsFrom(moment, 1);
  const quantity = quantityOf(wanted, service);
  const { apiKeyPrefix } = command;
  const use = { agent, serviceId, apiKeyPrefix, asset: service?.asset, quantity, cost: amount };
  const counted = countUse(use, view, moment.nowMs, source.nextId);
  if (counted.kind === 'refused') return refused(counted.refusal);
  const { counters: limitCounters, windows } = counted;
  const before = balanceIn(view.billing(agent), (service ?? inXlm).asset);
  if (before.openHolds >= holdsOpenMax) return refused(tooManyHolds(agent));
  const refusal = isPrepaid ? refusalOf(before, amount, 0n, policy) : undefined;
  if (refusal !== undefined) return refused(refusal);
  const place = moment.id(0);
  const id = holdId ?? place;
  const moves = new BalanceMoves(before, moment.nowMs);
  const parts = moves.hold(isPrepaid ? amount : 0n, id);
  const hold: Hold = {
    id,
    place,
    agent,
    serviceId,
    asset: before.asset,
    amount,
    requests: wanted.kind === 'counted' ? wanted.parts : undefined,
    unitScale,
    isPrepaid,
    parts,
    counted: newCount(quantity, counted.cost, windows),
    createdAtMs: moment.nowMs,
    expiresAtMs: moment.nowMs + command.expiresInMs,
    state: 'open',
    endedAtMs: undefined,
    wasLapsed: false,
    entryId: undefined,
    captured: undefined,
  };
  const events = [
    holdEvent(hold, source),
    ...counted.events,
    ...levelEvents(before, moves.balance, policy, source),
  ];
  return done(
    { kind: 'hold_made', hold, available: availableOf(moves.balance) },
    { ...balanceChanges(moves, view), holds: [hold], limitCounters, events },
  );
}

/** What is to be reserved, in the parts that the service counts, or the hold that is sent again. */
function reservedBy(wanted: CreateHold['wanted'], counting: Pick<Service, 'unitScale'> | undefined) {
  return wanted.kind === 'amount' ? wanted : partsUsed(wanted, counting?.unitScale ?? 0);
}

type Reserved = Exclude<ReturnType<typeof reservedBy>, { readonly kind: 'refused' }>;

/** What a hold counts for limits: its requests, or as many as its amount pays for. */
function quantityOf(wanted: Reserved, service: Service | undefined): bigint {
  const unitScale = service?.unitScale ?? 0;
  if (wanted.kind === 'counted') return unitsOf(wanted.parts, unitScale);
  if (service?.tiers !== undefined) return unitsPaidBy(wanted.amount, service.tiers, unitScale);
  const price = priceOf(1, service, unitScale) ?? 0n;
  return price === 0n ? 0n : (wanted.amount / price) * unitsOf(1, unitScale);
}

/** What is reserved for requests: in tiers, the most that they may cost. `undefined`: the service has no price. */
function priceOf(requests: number, service: Service | undefined, unitScale: number): Amount | undefined {
  if (service === undefined) return undefined;
  if (service.tiers !== undefined) return dearestCost(requests, service.tiers, unitScale);
  return costOfRequests(requests, service.price, { unitScale });
}

function decideCapture(
  command: CaptureHold,
  view: View,
  moment: Moment,
): Decision<HoldCaptured | CaptureKnown> {
  const hold = view.hold(command.holdId);
  // An earlier execution whose answer could be repeated does not exist.
  if (hold === undefined) return refused(moment.gate ?? noSuchHold(command.holdId));
  const { unitScale } = accountFor(view.account(hold.agent, hold.serviceId), view.service(hold.serviceId));
  const used = partsUsed(command, unitScale);
  const item = usageOf(command, hold, used.kind === 'counted' ? used.parts : 0);
  const known = item.usageId === undefined ? undefined : view.usage(item.usageId);
  if (known !== undefined) {
    const isOfHold = known.entryId === hold.entryId && isSameUsage(known.item, item);
    if (!isOfHold) return refused(usageIdConflict);
    const total = outstandingRequests(view.account(hold.agent, hold.serviceId));
    return done({ kind: 'capture_known', hold, entryId: known.entryId, total });
  }
  if (moment.gate !== undefined) return refused(moment.gate);
  if (hold.state === 'captured' || hold.state === 'released') return refused(holdEnded(hold));
  if (used.kind === 'refused') return refused(used.refusal);
  const source = eventsFrom(moment, 1);
  const recorded = recordedUsage(
    { item, apiKeyPrefix: command.apiKeyPrefix },
    view,
    { ...source, entryId: moment.id(0) },
    hold,
  );
  if (recorded.kind === 'refused') return refused(recorded.refusal);
  const { entryId, total, paid, changes, cost = 0n } = recorded;
  const captured: Hold = {
    ...hold,
    state: 'captured',
    endedAtMs: moment.nowMs,
    wasLapsed: hold.state === 'lapsed',
    counted:
      hold.state === 'open'
        ? keptBy(hold.counted, unitsOf(item.requests, unitScale), cost, moment.nowMs)
        : hold.counted,
    entryId,
    captured: cost,
  };
  const events = [holdEvent(captured, source), ...changes.events];
  return done(
    { kind: 'hold_captured', hold: captured, entryId, total, paid },
    { ...changes, holds: [captured], events },
  );
}

function usageOf({ usageId, occurredAtNs, metadata }: CaptureHold, hold: Hold, requests: number): UsageItem {
  return { agent: hold.agent, serviceId: hold.serviceId, requests, usageId, occurredAtNs, metadata };
}

function decideRelease({ holdId }: ReleaseHold, view: View, moment: Moment): Decision<HoldReleased> {
  const hold = view.hold(holdId);
  if (hold === undefined) return refused(noSuchHold(holdId));
  if (hold.state !== 'open') return refused(holdEnded(hold));
  const moves = new BalanceMoves(balanceOf(hold, view), moment.nowMs);
  moves.release(hold.parts, { holdId }, moment.nowMs);
  const counted = returnedAt(hold.counted, moment.nowMs);
  const released: Hold = { ...hold, counted, state: 'released', endedAtMs: moment.nowMs };
  const source = eventsFrom(moment, 0);
  return done(
    { kind: 'hold_released', hold: released, available: availableOf(moves.balance) },
    {
      ...balanceChanges(moves, view),
      holds: [released],
      limitCounters: returnedCounters(hold, view),
      events: [holdEvent(released, source), ...expiredEvents(moves.balance, moves.movements, source)],
    },
  );
}

function decideExtension(command: ExtendHold, view: View, moment: Moment): Decision<HoldExtended> {
  const { holdId, expiresInMs } = command;
  const hold = view.hold(holdId);
  if (hold === undefined) return refused(noSuchHold(holdId));
  if (hold.state !== 'open') return refused(holdEnded(hold));
  // An extension never makes a hold end earlier.
  const expiresAtMs = Math.max(hold.expiresAtMs, moment.nowMs + Math.min(expiresInMs, holdMsMax));
  const extended: Hold = { ...hold, expiresAtMs };
  const available = availableOf(balanceOf(hold, view));
  return done({ kind: 'hold_extended', hold: extended, available }, changesOf(extended, hold));
}

function changesOf(extended: Hold, hold: Hold): Partial<Changes> {
  return extended.expiresAtMs === hold.expiresAtMs ? {} : { holds: [extended] };
}

function balanceOf({ agent, asset }: Hold, view: View): Balance {
  return balanceIn(view.billing(agent), asset);
}

function eventsFrom(moment: Moment, first: number) {
  let number = first;
  return { nowMs: moment.nowMs, nextId: () => moment.id(number++) };
}

function isSameHold(
  known: Hold,
  { agent, serviceId }: CreateHold,
  wanted: ReturnType<typeof reservedBy>,
): boolean {
  if (known.agent !== agent || known.serviceId !== serviceId) return false;
  if (wanted.kind === 'refused') return false;
  if (wanted.kind === 'counted') return known.requests === wanted.parts;
  return known.requests === undefined && known.amount === wanted.amount;
}

function noSuchHold(holdId: string): Refusal {
  return { code: 'not_found', message: `no hold has the id ${holdId}` };
}

function holdEnded(hold: Hold): Refusal {
  return { code: 'hold_ended', message: `hold ${hold.id} has ended: it was ${wordOf(hold)}`, hold };
}

function wordOf({ state, captured }: Hold): string {
  if (state === 'captured') return `captured for ${amountText(captured ?? 0n)}`;
  return state === 'released' ? 'released' : 'not captured in its time';
}

const holdIdConflict: Refusal = {
  code: 'hold_id_conflict',
  message: 'this id was held with another agent, service, number of requests or amount',
};

function tooManyHolds(agent: string): Refusal {
  return {
    code: 'limit_exceeded',
    message: `agent ${agent} has ${holdsOpenMax} open holds, which is the limit`,
  };
}

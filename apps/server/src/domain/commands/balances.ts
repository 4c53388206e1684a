import type { Amount } from '../amount.ts';
import {
  availableOf,
  type Balance,
  type Grant,
  type GrantKind,
  grantsOpenMax,
  hasRoomFor,
  type OwnedGrant,
  refundsOpenMax,
} from '../balance.ts';
import { grantedEvent, levelEvents, levelEventsMax } from '../balance-events.ts';
import { BalanceMoves } from '../balance-moves.ts';
import { type BillingPolicy, balanceIn, everyAgent, policyDefault } from '../billing.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { balanceChanges, type PolicySource, policyFor, tooManyRefunds } from '../payment.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';
import { wantAsset, wantBilling } from '../wants.ts';
import { knownAsset, unknownAsset } from './assets.ts';

/** Prepaid money for an agent. A grant whose id is known is answered while paused, too. */
export interface CreateGrant {
  readonly kind: 'create_grant';
  readonly agent: string;
  readonly asset: string;
  readonly amount: Amount;
  readonly priority: number;
  readonly expiresAtMs: number | undefined;
  readonly note: string | undefined;
  /** a refund in money is used first, and its note says why it was made; `grant` without it */
  readonly grantKind?: GrantKind | undefined;
  /** the caller's own name for it, unique in its tenant */
  readonly grantId: string | undefined;
}

/** Takes away what is left of a grant. */
export interface VoidGrant {
  readonly kind: 'void_grant';
  readonly agent: string;
  readonly grantId: string;
  /** what the caller expects to take away; `undefined`: any amount */
  readonly expected?: Amount | undefined;
}

/** Sets how an agent pays. */
export interface SetBilling {
  readonly kind: 'set_billing';
  readonly agent: string;
  /** `undefined`: that of the tenant holds again */
  readonly policy: BillingPolicy | undefined;
}

/** Sets how all agents of a tenant pay that have no policy. */
export interface SetDefaultBilling {
  readonly kind: 'set_default_billing';
  readonly policy: BillingPolicy;
}

/** Records lapses and expiries in the balances of agents, so that their events are not delayed until the next write. */
export interface PassTime {
  readonly kind: 'pass_time';
  readonly agents: readonly string[];
}

export type BalancesCommand = CreateGrant | VoidGrant | SetBilling | SetDefaultBilling | PassTime;

export interface GrantMade {
  readonly kind: 'grant_made';
  readonly owned: OwnedGrant;
  /** what is available after it */
  readonly available: Amount;
}

/** The id was granted before. */
export interface GrantKnown extends Omit<GrantMade, 'kind'> {
  readonly kind: 'grant_known';
}

export interface GrantVoided extends Omit<GrantMade, 'kind'> {
  readonly kind: 'grant_voided';
  /** what this took away */
  readonly amount: Amount;
}

export interface BillingSet {
  readonly kind: 'billing_set';
  readonly agent: string;
  /** as it holds now */
  readonly policy: BillingPolicy;
  readonly source: PolicySource;
}

export interface DefaultBillingSet {
  readonly kind: 'default_billing_set';
  readonly policy: BillingPolicy;
}

export interface TimePassed {
  readonly kind: 'time_passed';
  /** how many of the agents the books know */
  readonly agents: number;
}

const createGrant: CommandRules<CreateGrant, GrantMade | GrantKnown> = {
  ...usually,
  isGated: false,
  reads({ agent, asset, grantId }, wants) {
    wantBilling(agent, 'always', wants);
    wantAsset(asset, wants);
    if (grantId !== undefined) wants.grantIds.add(grantId);
  },
  // The grant and its event.
  idsMax: () => 2,
  decide: decideGrant,
};

const voidGrant: CommandRules<VoidGrant, GrantVoided> = {
  ...usually,
  reads({ agent, grantId }, wants) {
    wantBilling(agent, 'always', wants);
    wants.grantIds.add(grantId);
  },
  idsMax: () => levelEventsMax,
  decide: decideVoid,
};

const setBilling: CommandRules<SetBilling, BillingSet> = {
  ...usually,
  reads({ agent, policy }, wants) {
    wantBilling(agent, 'always', wants);
    wantAsset(policy?.asset, wants);
  },
  idsMax: () => 0,
  decide: decideBilling,
};

const setDefaultBilling: CommandRules<SetDefaultBilling, DefaultBillingSet> = {
  ...usually,
  reads({ policy }, wants) {
    wantBilling(everyAgent, 'always', wants);
    wantAsset(policy.asset, wants);
  },
  idsMax: () => 0,
  decide: decideDefaultBilling,
};

const passTime: CommandRules<PassTime, TimePassed> = {
  ...usually,
  isGated: false,
  reads({ agents }, wants) {
    for (const agent of agents) wantBilling(agent, 'always', wants);
  },
  idsMax: () => 0,
  actsMax: () => 0,
  weight: ({ agents }) => agents.length,
  // Lapses and expiries are decided before the first command of a batch.
  decide: ({ agents }, view) =>
    done({ kind: 'time_passed', agents: agents.filter((agent) => view.billing(agent).isKnown).length }),
};

export const balancesCommands = {
  create_grant: createGrant,
  void_grant: voidGrant,
  set_billing: setBilling,
  set_default_billing: setDefaultBilling,
  pass_time: passTime,
} satisfies RulesOf<BalancesCommand>;

function decideGrant(command: CreateGrant, view: View, moment: Moment): Decision<GrantMade | GrantKnown> {
  const { agent, asset, amount, priority, expiresAtMs, note, grantId, grantKind = 'grant' } = command;
  const known = grantId === undefined ? undefined : view.grant(grantId);
  const before = balanceIn(view.billing(agent), asset);
  if (known !== undefined) {
    if (!isSameGrant(known, command)) return refused(grantIdConflict);
    return done({ kind: 'grant_known', owned: known, available: availableOf(before) });
  }
  if (moment.gate !== undefined) return refused(moment.gate);
  if (knownAsset(asset, view) === undefined) return refused(unknownAsset(asset));
  if (expiresAtMs !== undefined && expiresAtMs <= moment.nowMs) return refused(alreadyExpired);
  const full = refusalOfFull(before, grantKind);
  if (full !== undefined) return refused(full);
  if (!hasRoomFor(before, amount)) return refused(balanceFull(agent));
  const moves = new BalanceMoves(before, moment.nowMs);
  const grant = moves.grant({
    id: grantId ?? moment.id(0),
    kind: grantKind,
    amount,
    priority,
    expiresAtMs,
    note,
    reversalId: undefined,
  });
  const event = grantedEvent(moves.balance, grant, { nowMs: moment.nowMs, nextId: () => moment.id(1) });
  return done(
    { kind: 'grant_made', owned: { agent, asset, grant }, available: availableOf(moves.balance) },
    { ...balanceChanges(moves, view), events: [event] },
  );
}

function decideVoid(
  { agent, grantId, expected }: VoidGrant,
  view: View,
  moment: Moment,
): Decision<GrantVoided> {
  const known = view.grant(grantId);
  if (known === undefined || known.agent !== agent) {
    return refused({ code: 'not_found', message: `agent ${agent} has no grant ${grantId}` });
  }
  const { asset } = known;
  const before = balanceIn(view.billing(agent), asset);
  const moves = new BalanceMoves(before, moment.nowMs);
  const open = before.open.find(({ id }) => id === grantId);
  const amount = open === undefined ? 0n : moves.void(open);
  if (expected !== undefined && expected !== amount) {
    return refused({
      code: 'grant_changed',
      message: 'the amount that can be taken away has changed',
      amount,
    });
  }
  const grant = moves.owned.at(-1)?.grant ?? known.grant;
  const fact = { owned: { agent, asset, grant }, available: availableOf(moves.balance) };
  if (amount === 0n) return done({ kind: 'grant_voided', ...fact, amount });
  let ids = 0;
  const source = { nowMs: moment.nowMs, nextId: () => moment.id(ids++) };
  const events = levelEvents(before, moves.balance, policyFor(agent, view).policy, source);
  return done({ kind: 'grant_voided', ...fact, amount }, { ...balanceChanges(moves, view), events });
}

function decideBilling({ agent, policy: wanted }: SetBilling, view: View): Decision<BillingSet> {
  if (wanted !== undefined && knownAsset(wanted.asset, view) === undefined) {
    return refused(unknownAsset(wanted.asset));
  }
  const { policy: own } = view.billing(agent);
  const ofTenant = view.defaultPolicy();
  const inherited = ofTenant === undefined ? ('none' as const) : ('tenant' as const);
  const source = wanted === undefined ? inherited : ('agent' as const);
  const fact = { kind: 'billing_set', agent, policy: wanted ?? ofTenant ?? policyDefault, source } as const;
  if (wanted === undefined && own === undefined) return done(fact);
  return done(fact, { policies: [{ agent, policy: wanted }] });
}

function decideDefaultBilling({ policy }: SetDefaultBilling, view: View): Decision<DefaultBillingSet> {
  if (knownAsset(policy.asset, view) === undefined) return refused(unknownAsset(policy.asset));
  return done({ kind: 'default_billing_set', policy }, { policies: [{ agent: everyAgent, policy }] });
}

/** Why a balance takes no further grant of a kind. */
function refusalOfFull({ agent, open }: Balance, wanted: GrantKind): Refusal | undefined {
  const count = open.filter(({ kind }) => kind === wanted).length;
  if (wanted === 'refund') return count >= refundsOpenMax ? tooManyRefunds(agent) : undefined;
  return count >= grantsOpenMax ? tooManyGrants(agent) : undefined;
}

function isSameGrant({ agent, asset, grant }: OwnedGrant, wanted: CreateGrant): boolean {
  const names: readonly (keyof Grant & keyof CreateGrant)[] = ['amount', 'priority', 'expiresAtMs', 'note'];
  return (
    agent === wanted.agent &&
    asset === wanted.asset &&
    grant.kind === (wanted.grantKind ?? 'grant') &&
    grant.reversalId === undefined &&
    names.every((name) => grant[name] === wanted[name])
  );
}

const grantIdConflict: Refusal = {
  code: 'grant_id_conflict',
  message: 'this id was granted with another agent, kind, asset, amount, priority, expiry or note',
};

const alreadyExpired: Refusal = {
  code: 'already_expired',
  message: 'expiresAt must be in the future: an expired grant cannot be used',
};

function tooManyGrants(agent: string): Refusal {
  const message = `agent ${agent} has ${grantsOpenMax} grants with money left, which is the limit; void one of them`;
  return { code: 'limit_exceeded', message };
}

function balanceFull(agent: string): Refusal {
  return { code: 'limit_exceeded', message: `agent ${agent} would be granted more than 2^63-1 in total` };
}

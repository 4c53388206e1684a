import type { Amount } from '../domain/amount.ts';
import { availableOf, type Balance, type OwnedGrant, restOf } from '../domain/balance.ts';
import { amountText, grantShown } from '../domain/balance-events.ts';
import { type BillingPolicy, overdraftOf } from '../domain/billing.ts';
import type {
  BillingSet,
  DefaultBillingSet,
  GrantKnown,
  GrantMade,
  GrantVoided,
} from '../domain/commands/balances.ts';
import type { Movement } from '../domain/movement.ts';
import type { PolicySource } from '../domain/payment.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import type { FollowedEnd } from './paging.ts';
import { grantPath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const balancesAnswers = {
  grant_made: (made: GrantMade): ReplyOf<'createGrant'> => ({ status: 201, ...grantMade(made) }),

  grant_known: (known: GrantKnown): ReplyOf<'createGrant'> => ({ status: 200, ...grantMade(known) }),

  grant_voided: ({ owned, available, amount }: GrantVoided): ReplyOf<'voidGrant'> => ({
    status: 200,
    body: { ...grantBody(owned), available: amountText(available), voidedNow: amountText(amount) },
  }),

  billing_set: ({ agent, policy, source }: BillingSet): ReplyOf<'putBilling'> => ({
    status: 200,
    body: { agent, ...defaultBillingBody(policy, source) },
  }),

  default_billing_set: ({ policy }: DefaultBillingSet): ReplyOf<'putDefaultBilling'> => ({
    status: 200,
    body: defaultBillingBody(policy, 'tenant'),
  }),
};

function grantMade({ owned, available }: { readonly owned: OwnedGrant; readonly available: Amount }) {
  return {
    location: grantPath(owned.agent, owned.grant.id),
    body: { ...grantBody(owned), available: amountText(available) },
  };
}

function grantBody({ agent, asset, grant }: OwnedGrant): ItemOf<'listGrants'> {
  const { grantId: id, ...shown } = grantShown(grant);
  return {
    id,
    agent,
    asset,
    number: grant.number,
    ...shown,
    grantedAt: timestampOfMs(grant.grantedAtMs),
    left: amountText(restOf(grant)),
    held: amountText(grant.held),
    drawn: amountText(grant.drawn),
    voided: amountText(grant.voided),
    expired: amountText(grant.expired),
  };
}

function defaultBillingBody(
  { mode, asset, overdraft, lowAt }: BillingPolicy,
  source: PolicySource,
): BodyOf<'readDefaultBilling'> {
  return { mode, asset, overdraft: amountText(overdraft), lowAt: lowAt.map(amountText), source };
}

export function billingReply(
  agent: string,
  policy: BillingPolicy,
  source: PolicySource,
): ReplyOf<'readBilling'> {
  return { status: 200, body: { agent, ...defaultBillingBody(policy, source) } };
}

export function defaultBillingReply(
  policy: BillingPolicy,
  source: PolicySource,
): ReplyOf<'readDefaultBilling'> {
  return { status: 200, body: defaultBillingBody(policy, source) };
}

export function balanceReply(balance: Balance, policy: BillingPolicy): ReplyOf<'readBalance'> {
  const { agent, asset, held, granted, refunded, drawn, expired, voided } = balance;
  return {
    status: 200,
    body: {
      agent,
      asset,
      mode: policy.mode,
      available: amountText(availableOf(balance)),
      overdraft: amountText(overdraftOf(policy, asset)),
      held: amountText(held),
      granted: amountText(granted),
      refunded: amountText(refunded),
      drawn: amountText(drawn),
      expired: amountText(expired),
      voided: amountText(voided),
    },
  };
}

export function grantReply(owned: OwnedGrant): ReplyOf<'readGrant'> {
  return { status: 200, body: grantBody(owned) };
}

export function grantsReply(
  grants: readonly OwnedGrant[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listGrants'> {
  return { status: 200, body: { items: grants.map(grantBody), nextCursor, hasMore } };
}

export function movementsReply(
  { agent, asset }: { readonly agent: string; readonly asset: string },
  movements: readonly Movement[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listMovements'> {
  return { status: 200, body: { agent, asset, items: movements.map(movementBody), nextCursor, hasMore } };
}

function movementBody(movement: Movement): ItemOf<'listMovements'> {
  const { number, kind, amount, available, grantId, entryId, holdId, atMs, recordedAtMs } = movement;
  return {
    number,
    kind,
    amount: amountText(amount),
    available: amountText(available),
    grantId: grantId ?? null,
    entryId: entryId ?? null,
    holdId: holdId ?? null,
    at: timestampOfMs(atMs),
    recordedAt: timestampOfMs(recordedAtMs),
  };
}

import type { RequestPart } from '@billonce/contract';
import {
  balanceReply,
  billingReply,
  defaultBillingReply,
  grantReply,
  grantsReply,
  movementsReply,
} from '../../answers/balances.ts';
import { assetDefault, refundPriority } from '../../domain/balance.ts';
import { type BillingPolicy, everyAgent, noBilling, policyDefault } from '../../domain/billing.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { balanceAt } from '../../reads/balance-at.ts';
import type { Books } from '../../reads/books.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, longNumberCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { readAmount } from '../read-amount.ts';
import type { HandlersOf } from '../router.ts';

const priorityDefault = 100;

export function balancesRoutes(desk: Desk) {
  return {
    ...grantsRoutes(desk),
    ...balanceRoutes(desk),
    ...billingRoutes(desk),
  } satisfies HandlersOf<'balances'>;
}

function grantsRoutes({ writes, books }: Desk) {
  return {
    createGrant: async (call) => {
      const { amount, asset = assetDefault, expiresAt, priority = priorityDefault, note, id } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'create_grant',
        agent: call.params.agent,
        asset,
        amount: readAmount(amount, '/amount'),
        priority,
        expiresAtMs: expiresAt === undefined ? undefined : instantMs(expiresAt),
        note,
        grantId: id,
      });
    },

    createRefund: async (call) => {
      const { amount, asset = assetDefault, reason, id } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'create_grant',
        grantKind: 'refund',
        agent: call.params.agent,
        asset,
        amount: readAmount(amount, '/amount'),
        priority: refundPriority,
        expiresAtMs: undefined,
        note: reason,
        grantId: id,
      });
    },

    listGrants: async (call) => {
      const { agent } = call.params;
      const { asset = assetDefault, cursor, limit = 100 } = call.query;
      const after = longNumberCursor(cursor);
      const found = await books.grantsAfter({ tenant: tenantOf(call), agent, asset }, after, limit + 1);
      const items = found.slice(0, limit);
      return grantsReply(
        items.map((grant) => ({ agent, asset, grant })),
        endOf(items, after, found.length > limit),
      );
    },

    readGrant: async (call) => {
      const { agent, grantId } = call.params;
      const owned = await books.grant(tenantOf(call), grantId);
      if (owned?.agent !== agent) {
        throw new ApiError('not_found', `agent ${agent} has no grant ${grantId}`);
      }
      return grantReply(owned);
    },

    voidGrant: async (call) => {
      const { expectedAmount: expected } = call.query;
      return await writes.write(call, tenantOf(call), {
        kind: 'void_grant',
        ...call.params,
        expected: expected === undefined ? undefined : readAmount(expected, '/expectedAmount'),
      });
    },
  } satisfies Partial<HandlersOf<'balances'>>;
}

function balanceRoutes({ books, nowMs }: Desk) {
  return {
    readBalance: async (call) => {
      const { agent } = call.params;
      const { asset = assetDefault } = call.query;
      const atMs = nowMs();
      const { policy, billing } = await policyOf(books, tenantOf(call), agent, atMs);
      return balanceReply(balanceAt(billing, asset, atMs), policy);
    },

    listMovements: async (call) => {
      const { agent } = call.params;
      const { asset = assetDefault, cursor, limit = 100 } = call.query;
      const after = longNumberCursor(cursor);
      const found = await books.movementsAfter({ tenant: tenantOf(call), agent, asset }, after, limit + 1);
      const items = found.slice(0, limit);
      return movementsReply({ agent, asset }, items, endOf(items, after, found.length > limit));
    },
  } satisfies Partial<HandlersOf<'balances'>>;
}

function billingRoutes({ writes, books }: Desk) {
  return {
    readBilling: async (call) => {
      const { agent } = call.params;
      // A policy does not depend on holds, so lapsed holds are not read.
      const { policy, source } = await policyOf(books, tenantOf(call), agent, 0);
      return billingReply(agent, policy, source);
    },

    putBilling: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_billing',
        agent: call.params.agent,
        policy: readPolicy(call.body),
      }),

    deleteBilling: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_billing',
        agent: call.params.agent,
        policy: undefined,
      }),

    readDefaultBilling: async (call) => {
      const { policy, source } = await policyOf(books, tenantOf(call), everyAgent, 0);
      return defaultBillingReply(policy, source === 'agent' ? 'tenant' : source);
    },

    putDefaultBilling: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'set_default_billing',
        policy: readPolicy(call.body),
      }),
  } satisfies Partial<HandlersOf<'balances'>>;
}

/** The policy by which an agent pays, and where it is set: for the agent, for its tenant, or nowhere. */
async function policyOf(books: Books, tenant: string, agent: string, lapsedByMs: number) {
  const { billing = noBilling(agent), defaultPolicy } = await books.billing(tenant, agent, lapsedByMs);
  const source = billing.policy === undefined ? ('tenant' as const) : ('agent' as const);
  const policy = billing.policy ?? defaultPolicy;
  return policy === undefined
    ? { policy: policyDefault, source: 'none' as const, billing }
    : { policy, source, billing };
}

function readPolicy({
  mode,
  asset = assetDefault,
  overdraft = '0',
  lowAt = [],
}: RequestPart<'putBilling', 'body'>): BillingPolicy {
  const levels = lowAt.map((level, index) => readAmount(level, `/lowAt/${index}`));
  return {
    mode,
    asset,
    overdraft: readAmount(overdraft, '/overdraft'),
    lowAt: [...new Set(levels)].sort((a, b) => (a > b ? -1 : 1)),
  };
}

function endOf(items: readonly { readonly number: number }[], after: number, hasMore: boolean) {
  return { nextCursor: encodeCursor('number', String(items.at(-1)?.number ?? after)), hasMore };
}

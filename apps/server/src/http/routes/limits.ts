import type { LimitPut } from '@billonce/contract';
import { agentLimitsReply, allowanceReply, limitReply, limitsReply } from '../../answers/limits.ts';
import { emptyAccount } from '../../domain/account.ts';
import { allowanceOf } from '../../domain/allowance.ts';
import { parseDecimal, unitScaleMax } from '../../domain/amount.ts';
import { inXlm, xlm } from '../../domain/asset.ts';
import { type AgentBilling, noBilling, policyDefault } from '../../domain/billing.ts';
import type { SetLimit } from '../../domain/commands/limits.ts';
import { serviceAt } from '../../domain/dated-price.ts';
import { ChangedCounters, returnedCounters } from '../../domain/held-count.ts';
import { eachAgent, type Limit, limitsOfAccount, limitsOfAgent, subjectOf } from '../../domain/limit.ts';
import { counterName, emptyCounter, type LimitCounter } from '../../domain/limit-counter.ts';
import { servicePaused } from '../../domain/pause.ts';
import { balanceAt } from '../../reads/balance-at.ts';
import type { Books } from '../../reads/books.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { readAmount } from '../read-amount.ts';
import { sentUseOf } from '../read-use.ts';
import type { HandlersOf } from '../router.ts';

export function limitsRoutes(desk: Desk) {
  return {
    ...ownLimitsRoutes(desk),
    ...agentLimitsRoutes(desk),
  } satisfies HandlersOf<'limits'>;
}

/** The limits of a tenant, by their names. */
function ownLimitsRoutes({ writes, books, nowMs }: Desk) {
  return {
    putLimit: async (call) =>
      await writes.write(call, tenantOf(call), setLimitCommand(call.params.name, call.body)),

    listLimits: async (call) => {
      const { cursor, limit = 1_000 } = call.query;
      const after = nameCursor(cursor);
      const found = (await books.limits(tenantOf(call))).filter(({ name }) => name > after);
      const limits = found.slice(0, limit);
      return limitsReply(
        limits,
        endOf(
          limits.map(({ name }) => name),
          found.length > limit,
        ),
      );
    },

    readLimit: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const tenant = tenantOf(call);
      const wanted = await limitNamed(books, tenant, call.params.name);
      if (wanted.agent !== eachAgent) {
        const [counter] = await books.namedCounters(tenant, [{ limitId: wanted.id, subject: '' }]);
        const only: LimitCounter = counter ?? emptyCounter(wanted.id, '');
        return limitReply(wanted, [only], nowMs(), endOf([], false));
      }
      const after = cursor === undefined ? undefined : nameCursor(cursor);
      const found = await books.limitCounters(tenant, wanted.id, after, limit + 1);
      const counters = found.slice(0, limit);
      const end = endOf(
        counters.map(({ subject }) => subject),
        found.length > limit,
      );
      return limitReply(wanted, counters, nowMs(), end);
    },

    deleteLimit: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'delete_limit', name: call.params.name }),
  } satisfies Partial<HandlersOf<'limits'>>;
}

/** What the limits of a tenant mean for one agent. */
function agentLimitsRoutes({ books, nowMs }: Desk) {
  return {
    listAgentLimits: async (call) => {
      const tenant = tenantOf(call);
      const { agent } = call.params;
      const { cursor, limit = 1_000 } = call.query;
      const after = nameCursor(cursor);
      const found = limitsOfAgent(await books.limits(tenant), agent).filter(({ name }) => name > after);
      const limits = found.slice(0, limit);
      const counters = await countersOf(books, tenant, agent, limits);
      const { billing = noBilling(agent) } = await books.billing(tenant, agent, nowMs());
      const now = afterLapses(billing, counters);
      const counted = limits.map((one) => ({
        limit: one,
        counter: now.limitCounter(one, subjectOf(one, agent)),
      }));
      const names = limits.map(({ name }) => name);
      return agentLimitsReply(agent, counted, nowMs(), endOf(names, found.length > limit));
    },

    readAllowance: async (call) => {
      const tenant = tenantOf(call);
      const { agent } = call.params;
      const { serviceId, requests, quantity } = call.query;
      const sent = sentUseOf(call.query);
      const [{ account, service }, counters, pause] = await Promise.all([
        books.accountAndService({ tenant, agent, serviceId }),
        books
          .limits(tenant)
          .then((limits) => countersOf(books, tenant, agent, limitsOfAccount(limits, { agent, serviceId }))),
        books.pause(),
      ]);
      const { billing = noBilling(agent), defaultPolicy } = await books.billing(tenant, agent, nowMs());
      const now = afterLapses(billing, counters);
      const facts = {
        limits: () => now.limits(),
        limitCounter: (limit: Limit, subject: string) => now.limitCounter(limit, subject),
        account: account ?? emptyAccount(agent, serviceId),
        service: service && serviceAt(service, nowMs()),
        gate: pause.isPaused ? servicePaused : undefined,
      };
      const apiKeyPrefix = call.caller.keyPrefix;
      const payment = {
        balance: balanceAt(billing, (service ?? inXlm).asset, nowMs()),
        policy: billing.policy ?? defaultPolicy ?? policyDefault,
      };
      const allowance = allowanceOf({ ...sent, apiKeyPrefix }, { ...facts, ...payment }, nowMs());
      return allowanceReply({ agent, serviceId, requests, quantity }, allowance);
    },
  } satisfies Partial<HandlersOf<'limits'>>;
}

/** @throws {ApiError} `not_found` */
async function limitNamed(books: Books, tenant: string, name: string): Promise<Limit> {
  const limit = (await books.limits(tenant)).find((one) => one.name === name);
  if (limit === undefined) throw new ApiError('not_found', `no limit has the name ${name}`);
  return limit;
}

async function countersOf(books: Books, tenant: string, agent: string, limits: readonly Limit[]) {
  const keys = limits.map((limit) => ({ limitId: limit.id, subject: subjectOf(limit, agent) }));
  const counters = keys.length === 0 ? [] : await books.namedCounters(tenant, keys);
  const byName = new Map(counters.map((counter) => [counterName(counter), counter]));
  return {
    limits: () => limits,
    limitCounter: ({ id: limitId }: Limit, subject: string) =>
      byName.get(counterName({ limitId, subject })) ?? emptyCounter(limitId, subject),
  };
}

/** Counters as they are when every hold of an agent that has lapsed by now has returned what it counted. */
function afterLapses(
  { dueHolds }: AgentBilling,
  counters: ConstructorParameters<typeof ChangedCounters>[0],
): ChangedCounters {
  const now = new ChangedCounters(counters);
  for (const hold of dueHolds) now.take(returnedCounters(hold, now));
  return now;
}

function setLimitCommand(name: string, body: LimitPut): SetLimit {
  const { agent, serviceId, apiKeyPrefix, window, action } = body;
  const { notifyAt = action === 'notify' ? [1] : [] } = body;
  const levels = new Set(notifyAt.map(thousandths));
  return {
    kind: 'set_limit',
    name,
    agent,
    serviceId,
    apiKeyPrefix,
    window,
    ...readMax(body.max),
    action,
    notifyAt: [...levels].sort((a, b) => a - b),
  };
}

/** The maximum of a limit: a quantity of units, or an amount of money. */
function readMax({ quantity, amount, asset }: LimitPut['max']): Pick<SetLimit, 'max' | 'asset'> {
  if (amount !== undefined) {
    if (quantity !== undefined) throw invalidMax('amount', 'must not be sent together with a quantity');
    const max = readAmount(amount, '/max/amount');
    if (max === 0n) throw invalidMax('amount', 'must be above 0');
    return { max, asset: asset ?? xlm.code };
  }
  if (asset !== undefined) throw invalidMax('asset', 'must not be sent without an amount');
  if (quantity === undefined) throw invalidMax('quantity', 'is required, or an amount');
  const max = parseDecimal(quantity, unitScaleMax);
  if (max === undefined || max === 0n) throw invalidMax('quantity', 'must be above 0');
  return { max, asset: undefined };
}

function invalidMax(member: string, message: string): ApiError {
  return new ApiError('invalid_request', `max.${member} ${message}`, {
    faults: [{ pointer: `/max/${member}`, message }],
  });
}

function thousandths(level: number, index: number): number {
  const rounded = Math.round(level * 1_000);
  if (rounded / 1_000 === level) return rounded;
  throw new ApiError('invalid_request', 'notifyAt has a level with more than three decimal places', {
    faults: [{ pointer: `/notifyAt/${index}`, message: 'must have at most three decimal places' }],
  });
}

function endOf(names: readonly string[], hasMore: boolean) {
  const last = names.at(-1);
  return { nextCursor: hasMore && last !== undefined ? encodeCursor('name', last) : null, hasMore };
}

import type { Allowance } from '../domain/allowance.ts';
import type { LimitDeleted, LimitSet } from '../domain/commands/limits.ts';
import { leftOf, maxShown, measureText } from '../domain/counted-use.ts';
import { type Limit, windowAt } from '../domain/limit.ts';
import { type LimitCounter, windowOf } from '../domain/limit-counter.ts';
import { timestampOfMs, timestampOrNull } from '../domain/timestamps.ts';
import type { PageEnd } from './paging.ts';
import { limitPath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const limitsAnswers = {
  limit_set: ({ limit, isNew }: LimitSet): ReplyOf<'putLimit'> => ({
    status: isNew ? 201 : 200,
    location: limitPath(limit.name),
    body: limitBody(limit),
  }),

  limit_deleted: (_: LimitDeleted): ReplyOf<'deleteLimit'> => ({ status: 204 }),
};

function limitBody(limit: Limit): ItemOf<'listLimits'> {
  const { name, agent, serviceId, apiKeyPrefix, window, action, notifyAt, createdAtMs } = limit;
  return {
    name,
    agent: agent ?? null,
    serviceId: serviceId ?? null,
    apiKeyPrefix: apiKeyPrefix ?? null,
    window,
    max: maxBody(limit),
    action,
    notifyAt: notifyAt.map((level) => level / 1_000),
    countsSince: timestampOfMs(createdAtMs),
  };
}

/** In units, or in money. */
function maxBody(limit: Limit): ItemOf<'listLimits'>['max'] {
  return { quantity: undefined, amount: undefined, asset: undefined, ...maxShown(limit) };
}

export function limitsReply(
  limits: readonly Limit[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listLimits'> {
  return { status: 200, body: { items: limits.map(limitBody), nextCursor, hasMore } };
}

export function limitReply(
  limit: Limit,
  counters: readonly LimitCounter[],
  nowMs: number,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'readLimit'> {
  const shown = counters.map((counter) => counterBody(limit, counter, nowMs));
  return { status: 200, body: { ...limitBody(limit), counters: shown, nextCursor, hasMore } };
}

/** Limits that count usage of an agent, each with its counter. */
export function agentLimitsReply(
  agent: string,
  limits: readonly { readonly limit: Limit; readonly counter: LimitCounter }[],
  nowMs: number,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listAgentLimits'> {
  const items = limits.map(({ limit, counter }) => {
    const { agent: _, ...counted } = counterBody(limit, counter, nowMs);
    return { ...limitBody(limit), ...counted };
  });
  return { status: 200, body: { agent, items, nextCursor, hasMore } };
}

function counterBody(
  limit: Limit,
  counter: LimitCounter,
  nowMs: number,
): BodyOf<'readLimit'>['counters'][number] {
  const { startMs, endMs } = windowAt(limit.window, nowMs);
  const window = windowOf(counter, startMs);
  return {
    agent: counter.subject === '' ? null : counter.subject,
    windowStart: timestampOfMs(startMs),
    windowEnd: timestampOrNull(endMs),
    used: measureText(limit, window.used),
    left: measureText(limit, leftOf(limit, window)),
  };
}

export function allowanceReply(
  {
    agent,
    serviceId,
    requests,
    quantity,
  }: {
    readonly agent: string;
    readonly serviceId: string;
    readonly requests: number | undefined;
    readonly quantity: string | undefined;
  },
  { refusal, limits }: Allowance,
): ReplyOf<'readAllowance'> {
  return {
    status: 200,
    body: {
      agent,
      serviceId,
      requests,
      quantity,
      allowed: refusal === undefined,
      error: refusal?.code ?? null,
      message: refusal?.message ?? null,
      limits: limits.map(({ limit, endMs, window }) => ({
        name: limit.name,
        window: limit.window,
        windowEnd: timestampOrNull(endMs),
        action: limit.action,
        max: maxBody(limit),
        used: measureText(limit, window.used),
        left: measureText(limit, leftOf(limit, window)),
      })),
    },
  };
}

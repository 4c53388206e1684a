import { type Account, outstandingRequests } from '../domain/account.ts';
import { amountText } from '../domain/balance-events.ts';
import type { UsageBulkRecorded, UsageKnown, UsageRecorded } from '../domain/commands/usage.ts';
import type { ItemResult } from '../domain/item-result.ts';
import { quantityText } from '../domain/quantity.ts';
import { entryPath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const usageAnswers = {
  usage_recorded: ({
    agent,
    serviceId,
    total,
    unitScale,
    entryId,
    paid,
  }: UsageRecorded): ReplyOf<'recordUsage'> => ({
    status: 201,
    location: entryPath(entryId),
    body: {
      agent,
      serviceId,
      total,
      quantity: quantityText(total, unitScale),
      status: undefined,
      drawn: paid === undefined ? undefined : amountText(paid.drawn),
      available: paid === undefined ? undefined : amountText(paid.available),
    },
  }),

  usage_known: ({ agent, serviceId, total, unitScale, entryId }: UsageKnown): ReplyOf<'recordUsage'> => ({
    status: 200,
    location: entryPath(entryId),
    body: {
      agent,
      serviceId,
      total,
      quantity: quantityText(total, unitScale),
      status: 'duplicate',
      drawn: undefined,
      available: undefined,
    },
  }),

  usage_bulk_recorded: ({ results }: UsageBulkRecorded): ReplyOf<'recordUsageBulk'> => ({
    status: 201,
    body: { results: usageBulkResults(results) },
  }),
};

/** What became of the items of a bulk, in their order. */
export function usageBulkResults(results: readonly ItemResult[]): BodyOf<'recordUsageBulk'>['results'] {
  return results.map(usageItemBody);
}

function usageItemBody(result: ItemResult, index: number): ItemOf<'recordUsageBulk', 'results'> {
  switch (result.kind) {
    case 'recorded':
    case 'duplicate':
      return {
        index,
        ok: true,
        total: result.total,
        quantity: quantityText(result.total, result.unitScale),
        status: result.kind,
      };
    case 'refused':
      return { index, ok: false, error: result.code, message: result.message };
    case 'invalid':
      return { index, ok: false, error: 'invalid_item', message: result.message };
  }
}

/** The positions of the items that a stored answer to a bulk reports as taken. Its record has nothing else about them. */
export function goodItemsOf(body: string | Uint8Array): ReadonlySet<number> {
  if (typeof body !== 'string') return new Set();
  const answer: unknown = JSON.parse(body);
  const results = memberOf(answer, 'results');
  if (!Array.isArray(results)) return new Set();
  return new Set(
    results.flatMap((result: unknown, index) => (memberOf(result, 'ok') === true ? [index] : [])),
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What is outstanding on an account. */
export function accountReply(
  agent: string,
  serviceId: string,
  account: Account | undefined,
): ReplyOf<'readAccount'> {
  const total = account === undefined ? 0 : outstandingRequests(account);
  const quantity = quantityText(total, account?.unitScale ?? 0);
  return { status: 200, body: { agent, serviceId, total, quantity } };
}

/** An account in the export of all of them. */
export type AccountTotal = ItemOf<'exportUsageJson'>;

export function accountTotal(account: Account): AccountTotal {
  const { agent, serviceId } = account;
  return { agent, serviceId, total: outstandingRequests(account) };
}

import { compileReader, UsageItem, type Validated } from '@billonce/contract';
import { outstandingRequests } from '../../domain/account.ts';
import type { BulkItem } from '../../domain/commands/usage.ts';
import { instantNs } from '../../domain/timestamps.ts';
import type { UsageItem as DomainUsageItem } from '../../domain/usage.ts';
import { slicesOf } from '../body/register-bodies.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { itemMessage, itemReader, readItems } from '../read-item.ts';
import type { Handlers } from '../router.ts';

const readUsageItem = compileReader(UsageItem);

export function usageRoutes({ writes, books, config }: Desk) {
  return {
    recordUsage: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'record_usage', item: usageItem(call.body) }),

    recordUsageBulk: async (call) => {
      const read = itemReader(readUsageItem, call, config.refusesUnknownNames);
      return await writes.write(call, tenantOf(call), {
        kind: 'record_usage_bulk',
        items: await readItems(call.body.items, slicesOf(call.request), (item, index) =>
          bulkItem(read(item, index)),
        ),
        isAtomic: call.query.mode === 'atomic',
      });
    },

    clearAccount: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'clear_account', ...call.params }),

    readAccount: async (call) => {
      const { agent, serviceId } = call.params;
      const account = await books.account({ tenant: tenantOf(call), agent, serviceId });
      const total = account === undefined ? 0 : outstandingRequests(account);
      return { status: 200, body: { agent, serviceId, total } };
    },
  } satisfies Partial<Handlers>;
}

type SentItem = {
  readonly agent: string;
  readonly serviceId: string;
  readonly requests: number;
  readonly id?: string;
  readonly occurredAt?: string;
};

function usageItem({ agent, serviceId, requests, id, occurredAt }: SentItem): DomainUsageItem {
  return {
    agent,
    serviceId,
    requests,
    usageId: id,
    occurredAtNs: occurredAt === undefined ? undefined : instantNs(occurredAt),
  };
}

function bulkItem(read: Validated<SentItem>): BulkItem {
  if (read.kind === 'valid') return { kind: 'valid', item: usageItem(read.value) };
  return { kind: 'invalid', message: itemMessage(read) };
}

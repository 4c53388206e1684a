import { compileReader, UsageItem, type Validated } from '@billonce/contract';
import { accountReply } from '../../answers/usage.ts';
import type { BulkItem, RecordUsage } from '../../domain/commands/usage.ts';
import { instantNs, timestampOfMs } from '../../domain/timestamps.ts';
import type { SentUsage } from '../../domain/usage.ts';
import { csvHead } from '../../reads/csv.ts';
import { totalsCsv, totalsLineEnd } from '../../reads/export-text.ts';
import { slicesOf } from '../body/register-bodies.ts';
import type { Caller } from '../caller.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { exportFile, jsonTail } from '../export-file.ts';
import { csvType, jsonType } from '../media-types.ts';
import { itemMessage, itemReader, readItems } from '../read-item.ts';
import { readMetadata } from '../read-metadata.ts';
import { type SentUseBody, sentUseOf } from '../read-use.ts';
import type { HandlersOf } from '../router.ts';
import { sentBy } from '../sent-by.ts';

const readUsageItem = compileReader(UsageItem);

export function usageRoutes(desk: Desk) {
  const { writes, books, config } = desk;
  return {
    recordUsage: async (call) =>
      await writes.write(call, tenantOf(call), usageCommand(call.body, call.caller)),

    recordUsageBulk: async (call) => {
      const read = itemReader(readUsageItem, call, config.refusesUnknownNames);
      return await writes.write(call, tenantOf(call), {
        kind: 'record_usage_bulk',
        items: await readItems(call.body.items, slicesOf(call.request), (item, index) =>
          bulkItem(read(item, index)),
        ),
        isAtomic: call.query.mode === 'atomic',
        ...sentBy(call.caller),
      });
    },

    readAccount: async (call) => {
      const { agent, serviceId } = call.params;
      const account = await books.account({ tenant: tenantOf(call), agent, serviceId });
      return accountReply(agent, serviceId, account);
    },

    exportUsageJson: async (call) => {
      const nowMs = desk.nowMs();
      return await exportFile(desk, call, {
        name: 'usage.json',
        mediaType: jsonType,
        head: `{"exportedAt":${nowMs},"exportedTimestamp":"${timestampOfMs(nowMs)}","items":[`,
        tail: jsonTail,
        wish: { kind: 'totals', format: 'json', tenant: tenantOf(call) },
      });
    },

    exportUsageCsv: async (call) =>
      await exportFile(desk, call, {
        name: 'usage.csv',
        mediaType: csvType,
        head: csvHead(totalsCsv, totalsLineEnd),
        tail: '',
        wish: { kind: 'totals', format: 'csv', tenant: tenantOf(call) },
      }),
  } satisfies HandlersOf<'usage'>;
}

/**
 * The command of one usage item.
 *
 * @throws {ApiError} `invalid_request`
 */
export function usageCommand(sent: SentItem, caller: Caller): RecordUsage {
  // Limits may count what one API key sends.
  return { kind: 'record_usage', item: usageItem(sent), ...sentBy(caller) };
}

type SentItem = SentUseBody & {
  readonly agent: string;
  readonly serviceId: string;
  readonly id?: string;
  readonly occurredAt?: string;
  readonly metadata?: Readonly<Record<string, string>>;
};

function usageItem(sent: SentItem): SentUsage {
  const { agent, serviceId, id, occurredAt, metadata } = sent;
  return {
    agent,
    serviceId,
    ...sentUseOf(sent),
    usageId: id,
    occurredAtNs: occurredAt === undefined ? undefined : instantNs(occurredAt),
    ...readMetadata(metadata),
  };
}

function bulkItem(read: Validated<SentItem>): BulkItem {
  return read.kind === 'invalid'
    ? { kind: 'invalid', message: itemMessage(read) }
    : { kind: 'valid', item: usageItem(read.value) };
}

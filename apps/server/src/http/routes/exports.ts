import { csvRow } from '../../reads/csv.ts';
import { entryColumns, settlementColumns } from '../../reads/export-text.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { entryQuery } from '../entry-query.ts';
import { exportFile } from '../export-file.ts';
import type { Handlers } from '../router.ts';
import { settlementQuery } from '../settlement-query.ts';

const csvType = 'text/csv; charset=utf-8';
const jsonType = 'application/json; charset=utf-8';
const jsonTail = '\n]}\n';

/** Routes that stream a file. */
export function exportRoutes(desk: Desk) {
  return {
    exportUsageJson: async (call) =>
      await exportFile(desk, call, {
        name: 'usage.json',
        mediaType: jsonType,
        head: `{"exportedAt":${desk.nowMs()},"items":[`,
        tail: jsonTail,
        wish: { kind: 'totals', format: 'json', tenant: tenantOf(call) },
      }),

    // Its lines end as AgentPay's do: clients cut this file at each line feed.
    exportUsageCsv: async (call) =>
      await exportFile(desk, call, {
        name: 'usage.csv',
        mediaType: csvType,
        head: 'agent,serviceId,total\n',
        tail: '',
        wish: { kind: 'totals', format: 'csv', tenant: tenantOf(call) },
      }),

    exportEntriesJson: async (call) =>
      await exportFile(desk, call, {
        name: 'entries.json',
        mediaType: jsonType,
        head: '{"items":[',
        tail: jsonTail,
        wish: { kind: 'entries', format: 'json', query: entryQuery(tenantOf(call), call.query) },
      }),

    exportEntriesCsv: async (call) =>
      await exportFile(desk, call, {
        name: 'entries.csv',
        mediaType: csvType,
        head: csvRow(entryColumns),
        tail: '',
        wish: { kind: 'entries', format: 'csv', query: entryQuery(tenantOf(call), call.query) },
      }),

    exportSettlementsCsv: async (call) =>
      await exportFile(desk, call, {
        name: 'settlements.csv',
        mediaType: csvType,
        head: csvRow(settlementColumns),
        tail: '',
        wish: { kind: 'settlements', query: settlementQuery(tenantOf(call), call.query) },
      }),
  } satisfies Partial<Handlers>;
}

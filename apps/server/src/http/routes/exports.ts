import { entryAnswer } from '../../domain/entry-answer.ts';
import type { Entry } from '../../domain/usage.ts';
import { accountPages } from '../../reads/each-account.ts';
import { entriesCsv, settlementsCsv } from '../../reads/export-text.ts';
import { totalsCsv, totalsJson } from '../../reads/export-totals.ts';
import { walkEntries } from '../../reads/walk-entries.ts';
import { walkSettlements } from '../../reads/walk-settlements.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { entryQuery } from '../entry-query.ts';
import { begun, exportReply } from '../export.ts';
import type { Handlers } from '../router.ts';
import { settlementQuery } from '../settlement-query.ts';

const csvType = 'text/csv; charset=utf-8';

/** Routes that stream a file. */
export function exportRoutes({ books, nowMs }: Desk) {
  return {
    exportUsageJson: async (call) => {
      const accounts = await begun(accountPages(books, tenantOf(call)));
      const file = { name: 'usage.json', mediaType: 'application/json; charset=utf-8' };
      return exportReply(call, { ...file, text: totalsJson(accounts, nowMs()) });
    },

    exportUsageCsv: async (call) => {
      const text = totalsCsv(await begun(accountPages(books, tenantOf(call))));
      return exportReply(call, { name: 'usage.csv', mediaType: csvType, text });
    },

    exportEntriesJson: async (call) => {
      const pages = await begun(walkEntries(books, entryQuery(tenantOf(call), call.query)));
      const file = { name: 'entries.json', mediaType: 'application/json; charset=utf-8' };
      return exportReply(call, { ...file, text: jsonText(pages) });
    },

    exportEntriesCsv: async (call) => {
      const pages = await begun(walkEntries(books, entryQuery(tenantOf(call), call.query)));
      const text = entriesCsv(pages);
      return exportReply(call, { name: 'entries.csv', mediaType: csvType, text });
    },

    exportSettlementsCsv: async (call) => {
      const pages = await begun(walkSettlements(books, settlementQuery(tenantOf(call), call.query)));
      const text = settlementsCsv(pages);
      return exportReply(call, { name: 'settlements.csv', mediaType: csvType, text });
    },
  } satisfies Partial<Handlers>;
}

async function* jsonText(pages: AsyncIterable<readonly Entry[]>): AsyncGenerator<string> {
  yield '{"items":[';
  let separator = '\n';
  for await (const page of pages) {
    let text = '';
    for (const entry of page) {
      text += separator + JSON.stringify(entryAnswer(entry));
      separator = ',\n';
    }
    yield text;
  }
  yield '\n]}\n';
}

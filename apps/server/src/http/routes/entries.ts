import { entriesReply, entryReply } from '../../answers/entries.ts';
import type { ReplyOf } from '../../answers/reply.ts';
import { csvHead } from '../../reads/csv.ts';
import { entriesCsv } from '../../reads/export-text.ts';
import { type EntryCursor, isOfAccount } from '../../reads/list-entries.ts';
import { type StatedPage, stateEntries } from '../../reads/state-entries.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, entryCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { entryQuery } from '../entry-query.ts';
import { exportFile, jsonTail } from '../export-file.ts';
import { csvType, jsonType } from '../media-types.ts';
import { maySee } from '../rights.ts';
import type { HandlersOf } from '../router.ts';

export function entriesRoutes(desk: Desk) {
  const { books, reads } = desk;
  return {
    listEntries: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const query = entryQuery(tenantOf(call), call.query);
      const after = entryCursor(cursor, isOfAccount(query) ? 'sequence' : 'id');
      return entryPage(await reads.page(call, 'listEntries', query, after, limit));
    },

    readEntry: async (call) => {
      const entry = await books.entry(tenantOf(call), call.params.id);
      if (entry === undefined || !maySee(call.caller.rights, entry)) {
        throw new ApiError('not_found', `no entry has the id ${call.params.id}`);
      }
      const [known] = await stateEntries(books, tenantOf(call), [entry]);
      if (known === undefined) throw new Error(`entry ${entry.id} has no state`);
      return entryReply(known);
    },

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
        head: csvHead(entriesCsv),
        tail: '',
        wish: { kind: 'entries', format: 'csv', query: entryQuery(tenantOf(call), call.query) },
      }),
  } satisfies HandlersOf<'entries'>;
}

/** A page of entries. */
export function entryPage({ items, next, hasMore }: StatedPage): ReplyOf<'listEntries'> {
  return entriesReply(items, { nextCursor: encodeEntryCursor(next), hasMore });
}

function encodeEntryCursor(cursor: EntryCursor): string {
  return cursor.kind === 'id'
    ? encodeCursor('id', cursor.id)
    : encodeCursor('sequence', String(cursor.sequence));
}

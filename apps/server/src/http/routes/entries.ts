import { entryAnswer } from '../../domain/entry-answer.ts';
import { type EntryCursor, type EntryPage, isOfAccount } from '../../reads/list-entries.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, entryCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { entryQuery } from '../entry-query.ts';
import { maySee } from '../rights.ts';
import type { Handlers, Reply } from '../router.ts';

export function entryRoutes({ writes, books, reads }: Desk) {
  return {
    listEntries: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const query = entryQuery(tenantOf(call), call.query);
      const after = entryCursor(cursor, isOfAccount(query) ? 'sequence' : 'id');
      return pageReply(await reads.page(call, 'listEntries', query, after, limit));
    },

    listSettlementEntries: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const { id } = call.params;
      const tenant = tenantOf(call);
      const after = entryCursor(cursor, 'sequence');
      const settlement = await books.settlement(tenant, id);
      if (settlement === undefined || !maySee(call.caller.rights, settlement)) {
        throw new ApiError('not_found', `no settlement has the id ${id}`);
      }
      const query = entryQuery(tenant, { settlementId: id });
      return pageReply(await reads.page(call, 'listEntries', query, after, limit));
    },

    readEntry: async (call) => {
      const entry = await books.entry(tenantOf(call), call.params.id);
      if (entry === undefined || !maySee(call.caller.rights, entry)) {
        throw new ApiError('not_found', `no entry has the id ${call.params.id}`);
      }
      return { status: 200, body: entryAnswer(entry) };
    },

    reverseEntry: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'reverse_entry',
        entryId: call.params.id,
        reason: call.body.reason,
      }),
  } satisfies Partial<Handlers>;
}

function pageReply({ items, next, hasMore }: EntryPage): Reply {
  const nextCursor = encodeEntryCursor(next);
  return { status: 200, body: { items: items.map(entryAnswer), nextCursor, hasMore } };
}

function encodeEntryCursor(cursor: EntryCursor): string {
  return cursor.kind === 'id'
    ? encodeCursor('id', cursor.id)
    : encodeCursor('sequence', String(cursor.sequence));
}

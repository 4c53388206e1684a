import type { EntryFilter } from '@billonce/contract';
import type { Entry } from '../../domain/usage.ts';
import { type EntryCursor, type EntryQuery, isOfAccount, listEntries } from '../../reads/list-entries.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, entryCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { Handlers } from '../router.ts';
import { instantMs, instantNs, timestampOfMs, timestampOfNs } from '../timestamps.ts';

export function entryRoutes({ books }: Desk) {
  return {
    listEntries: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const query = entryQuery(tenantOf(call), call.query);
      const after = entryCursor(cursor, isOfAccount(query) ? 'sequence' : 'id');
      const page = await listEntries(books, query, after, limit);
      const nextCursor = page.next === undefined ? null : encodeEntryCursor(page.next);
      return { status: 200, body: { items: page.items.map(entryAnswer), nextCursor } };
    },

    readEntry: async (call) => {
      const entry = await books.entry(tenantOf(call), call.params.id);
      if (entry === undefined) throw new ApiError('not_found', `there is no entry ${call.params.id}`);
      return { status: 200, body: entryAnswer(entry) };
    },
  } satisfies Partial<Handlers>;
}

function entryQuery(tenant: string, filter: EntryFilter): EntryQuery {
  const { agent, serviceId, from, to, occurredFrom, occurredTo, settlementId } = filter;
  return {
    tenant,
    agent,
    serviceId,
    recordedFromMs: from === undefined ? undefined : instantMs(from),
    recordedToMs: to === undefined ? undefined : instantMs(to),
    occurredFromNs: occurredFrom === undefined ? undefined : instantNs(occurredFrom),
    occurredToNs: occurredTo === undefined ? undefined : instantNs(occurredTo),
    settlementId,
  };
}

function encodeEntryCursor(cursor: EntryCursor): string {
  return cursor.kind === 'id'
    ? encodeCursor('id', cursor.id)
    : encodeCursor('sequence', String(cursor.sequence));
}

function entryAnswer(entry: Entry) {
  return {
    id: entry.id,
    agent: entry.agent,
    serviceId: entry.serviceId,
    sequence: entry.sequence,
    requests: entry.requests,
    priceVersion: entry.priceVersion === 0 ? null : entry.priceVersion,
    usageId: entry.usageId ?? null,
    occurredAt: entry.occurredAtNs === undefined ? null : timestampOfNs(entry.occurredAtNs),
    recordedAt: timestampOfMs(entry.recordedAtMs),
  };
}

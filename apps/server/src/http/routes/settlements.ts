import type { SettleRequest } from '@billonce/contract';
import type { FastifyRequest } from 'fastify';
import { settlementReply, settlementsReply } from '../../answers/settlements.ts';
import { type Settle, settleBulkAccountsFirst } from '../../domain/commands/settlements.ts';
import { csvHead } from '../../reads/csv.ts';
import { settlementsCsv } from '../../reads/export-text.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, entryCursor, idCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { entryQuery } from '../entry-query.ts';
import { exportFile } from '../export-file.ts';
import { csvType } from '../media-types.ts';
import { readExpected } from '../read-expected.ts';
import { maySee } from '../rights.ts';
import type { HandlersOf } from '../router.ts';
import { settlementQuery } from '../settlement-query.ts';
import { entryPage } from './entries.ts';

export function settlementsRoutes(desk: Desk) {
  const { writes, books, reads } = desk;
  return {
    settle: async (call) => await writes.write(call, tenantOf(call), settleCommand(call.body, call.request)),

    settleBulk: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'settle_bulk',
        agent: call.body.agent,
        runId: call.body.runId,
        accountsMax: settleBulkAccountsFirst,
      }),

    listSettlements: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const query = settlementQuery(tenantOf(call), call.query);
      const { items, next, hasMore } = await reads.page(
        call,
        'listSettlements',
        query,
        idCursor(cursor),
        limit,
      );
      const nextCursor = encodeCursor('id', next);
      return settlementsReply(items, { nextCursor, hasMore });
    },

    readSettlement: async (call) => {
      const settlement = await books.settlement(tenantOf(call), call.params.id);
      if (settlement === undefined || !maySee(call.caller.rights, settlement)) {
        throw new ApiError('not_found', `no settlement has the id ${call.params.id}`);
      }
      return settlementReply(settlement);
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
      return entryPage(await reads.page(call, 'listEntries', query, after, limit));
    },

    exportSettlementsCsv: async (call) =>
      await exportFile(desk, call, {
        name: 'settlements.csv',
        mediaType: csvType,
        head: csvHead(settlementsCsv),
        tail: '',
        wish: { kind: 'settlements', query: settlementQuery(tenantOf(call), call.query) },
      }),
  } satisfies HandlersOf<'settlements'>;
}

function settleCommand(body: SettleRequest, request: FastifyRequest): Settle {
  const { agent, serviceId, through, runId } = body;
  return {
    kind: 'settle',
    agent,
    serviceId,
    through,
    runId,
    ...readExpected(body),
    expectedMarks: entityTags(request.headers['if-match']),
  };
}

/** The strong tags of an `If-Match`, by RFC 9110, section 13.1.1: a weak one never matches, and `*` matches any quote. */
function entityTags(ifMatch: string | undefined): readonly string[] | undefined {
  const tags = ifMatch?.split(',').map((tag) => tag.trim());
  return tags?.includes('*') === true ? undefined : tags;
}

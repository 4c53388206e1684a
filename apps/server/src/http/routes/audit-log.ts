import { actsReply } from '../../answers/audit-log.ts';
import { withoutAddresses } from '../../domain/act.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { listActs } from '../../reads/list-acts.ts';
import { encodeCursor, idCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import { mayManage } from '../rights.ts';
import type { HandlersOf } from '../router.ts';

export function auditLogRoutes({ books }: Desk) {
  return {
    listActs: async (call) => {
      const { action, actor, subject, from, to, cursor, limit = 100 } = call.query;
      const query = {
        // In development mode everyone is the operator.
        tenant: call.caller.kind === 'anonymous' ? undefined : call.caller.tenant,
        type: action,
        actor,
        subject,
        fromMs: from === undefined ? undefined : instantMs(from),
        toMs: to === undefined ? undefined : instantMs(to),
      };
      const { items, next, hasMore } = await listActs(books, query, idCursor(cursor), limit);
      const nextCursor = hasMore ? encodeCursor('id', next) : null;
      return actsReply(mayManage(call.caller.rights) ? items : items.map(withoutAddresses), {
        nextCursor,
        hasMore,
      });
    },
  } satisfies HandlersOf<'audit-log'>;
}

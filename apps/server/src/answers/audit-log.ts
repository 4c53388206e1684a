import type { Act } from '../domain/act.ts';
import { adminTenant } from '../domain/tenant.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import type { PageEnd } from './paging.ts';
import type { ItemOf, ReplyOf } from './reply.ts';

export function actsReply(acts: readonly Act[], { nextCursor, hasMore }: PageEnd): ReplyOf<'listActs'> {
  return { status: 200, body: { items: acts.map(actBody), nextCursor, hasMore } };
}

function actBody({ id, atMs, tenant, type, subject, details, actor }: Act): ItemOf<'listActs'> {
  return {
    id,
    at: timestampOfMs(atMs),
    tenant: tenant === adminTenant ? null : tenant,
    action: type,
    subject,
    details,
    actor: {
      kind: actor.kind,
      keyPrefix: actor.keyPrefix ?? null,
      address: actor.address ?? null,
      requestId: actor.requestId ?? null,
    },
  };
}

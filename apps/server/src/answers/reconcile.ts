import type { Reconciled } from '../domain/reconciled.ts';
import type { ItemOf, ReplyOf } from './reply.ts';

export function reconcileReply(found: readonly Reconciled[]): ReplyOf<'reconcile'> {
  return { status: 200, body: { results: found.map(reconciledBody) } };
}

function reconciledBody(
  { status, entryId, requests }: Reconciled,
  index: number,
): ItemOf<'reconcile', 'results'> {
  return { index, status, entryId, requests: status === 'different' ? requests : undefined };
}

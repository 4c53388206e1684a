import type { DeliveryAsked } from '../domain/commands/deliveries.ts';
import type { Delivery } from '../domain/delivery.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import type { FollowedEnd } from './paging.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export const deliveriesAnswers = {
  delivery_asked: ({ delivery }: DeliveryAsked): ReplyOf<'redeliver'> => ({
    status: 200,
    body: deliveryBody(delivery),
  }),
};

/** A delivery as its tenant sees it. */
export function deliveryBody(delivery: Delivery): BodyOf<'redeliver'> {
  const { eventId, eventType, state, attempts, nextAttemptAtMs, lastAttempt } = delivery;
  return {
    eventId,
    type: eventType,
    state,
    attempts,
    nextAttemptAt: state === 'pending' ? timestampOfMs(nextAttemptAtMs) : null,
    lastAttempt:
      lastAttempt === undefined
        ? null
        : {
            at: timestampOfMs(lastAttempt.atMs),
            outcome: lastAttempt.outcome,
            status: lastAttempt.status ?? null,
          },
  };
}

export function deliveriesReply(
  deliveries: readonly Delivery[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listDeliveries'> {
  return { status: 200, body: { items: deliveries.map(deliveryBody), nextCursor, hasMore } };
}

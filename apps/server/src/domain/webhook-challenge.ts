import { type Delivery, newDelivery } from './delivery.ts';
import type { BooksEvent, NotedEvent } from './event.ts';
import type { Webhook } from './webhook.ts';

/** The event of a test of a webhook. If the ownership is not proven, the message contains the challenge that the receiver must echo. */
export function testChanges(
  webhook: Webhook,
  challenge: string,
  id: string,
  nowMs: number,
): { readonly events: readonly [NotedEvent]; readonly deliveries: readonly [Delivery] } {
  const asks = webhook.ownership === 'pending' ? { challenge } : {};
  const event: NotedEvent = {
    id,
    type: 'webhook.test',
    atMs: nowMs,
    data: { webhookId: webhook.id, ...asks },
  };
  return { events: [event], deliveries: [newDelivery(webhook.id, event, nowMs)] };
}

/** The challenge that the receiver of a message must echo, if there is one. */
export function challengeOf({ ownership }: Webhook, event: BooksEvent): string | undefined {
  if (ownership !== 'pending' || event.kind !== 'noted') return undefined;
  const { data } = event.noted;
  if (typeof data !== 'object' || data === null || !('challenge' in data)) return undefined;
  return typeof data['challenge'] === 'string' ? data['challenge'] : undefined;
}

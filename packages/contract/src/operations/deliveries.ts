import type { OperationSpec } from '../operation-spec.ts';
import { Delivery, DeliveryList, DeliveryParams } from '../schemas/deliveries.ts';
import { PageFilter } from '../schemas/pages.ts';
import { WebhookParams } from '../schemas/webhooks.ts';

/** Events on their way to webhooks. */
export const deliveriesOperations = {
  listDeliveries: {
    method: 'GET',
    path: '/api/v1/webhooks/{id}/deliveries',
    summary: 'Deliveries to a webhook, those of the newest events first',
    description: 'Lists deliveries with the number of attempts and the result of the last one.',
    access: 'tenant',
    params: WebhookParams,
    query: PageFilter,
    successes: { 200: { description: 'A page.', schema: DeliveryList } },
    errors: ['not_found'],
  },
  redeliver: {
    method: 'POST',
    path: '/api/v1/webhooks/{id}/deliveries/{eventId}/redeliver',
    summary: 'Deliver an event again, with the same id',
    description:
      'Queues a delivery again, for example after the receiver was repaired. The event keeps its id.',
    access: 'tenant',
    params: DeliveryParams,
    successes: { 200: { description: 'The delivery, pending again.', schema: Delivery } },
    errors: ['not_found', 'webhook_disabled', 'rate_limited'],
  },
} as const satisfies Record<string, OperationSpec>;

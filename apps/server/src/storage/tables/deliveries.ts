import { type Delivery, deliveryOutcomes } from '../../domain/delivery.ts';
import { eventTypes } from '../../domain/event.ts';
import {
  count,
  fixed,
  id,
  key,
  literal,
  named,
  only,
  optional,
  type RowOf,
  small,
  table,
  text,
} from '../table.ts';

/** Events on their way to webhooks: the outbox. */
export const deliveries = table({
  name: 'deliveries',
  place: { tenant: text() },
  columns: {
    webhookId: key(named('webhook', id())),
    eventId: key(named('event', id())),
    eventType: fixed(literal(eventTypes)),
    state: literal(['pending', 'delivered', 'failed']),
    attempts: small(),
    nextAttemptAtMs: count(),
    attemptedAtMs: optional(count()),
    outcome: optional(literal(deliveryOutcomes)),
    status: optional(small()),
  },
  /** until when the instance that took it holds it */
  beside: { takenUntilMs: only('postgres', count()) },
});

type DeliveryRow = RowOf<typeof deliveries.columns>;

export function deliveryOf({ attemptedAtMs, outcome, status, ...delivery }: DeliveryRow): Delivery {
  const wasTried = attemptedAtMs !== undefined && outcome !== undefined;
  return { ...delivery, lastAttempt: wasTried ? { atMs: attemptedAtMs, outcome, status } : undefined };
}

export function deliveryRow({ lastAttempt, ...delivery }: Delivery): DeliveryRow {
  return {
    ...delivery,
    attemptedAtMs: lastAttempt?.atMs,
    outcome: lastAttempt?.outcome,
    status: lastAttempt?.status,
  };
}

import type { Delivery } from './delivery.ts';
import { timestampOfMs } from './timestamps.ts';
import { isDelivering, type Webhook } from './webhook.ts';

/** A webhook as its tenant sees it: without the secret, which is shown once. */
export function webhookAnswer(webhook: Webhook) {
  const { id, url, events, createdAtMs, disabled, ownership } = webhook;
  return {
    id,
    url,
    events: [...events],
    disabled: !isDelivering(webhook),
    disabledReason: disabled ?? (ownership === 'pending' ? 'unproven' : null),
    disabledAt: webhook.disabledAtMs ?? null,
    ownership,
    failures: webhook.failures,
    failingSince: webhook.failingSinceMs ?? null,
    createdAt: createdAtMs,
    formerSecretUntil: webhook.formerSecret?.untilMs ?? null,
  };
}

/** A delivery as its tenant sees it. */
export function deliveryAnswer(delivery: Delivery) {
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

import type { Delivery } from './delivery.ts';
import { timestampOfMs } from './timestamps.ts';
import type { Webhook } from './webhook.ts';

/** A webhook as its tenant sees it: without the secret, which is shown once. */
export function webhookAnswer(webhook: Webhook) {
  const { id, url, events, createdAtMs, disabled, disabledAtMs, failures, failingSinceMs, formerSecret } =
    webhook;
  return {
    id,
    url,
    events: [...events],
    disabled: disabled !== undefined,
    disabledReason: disabled ?? null,
    disabledAt: disabledAtMs ?? null,
    failures,
    failingSince: failingSinceMs ?? null,
    createdAt: createdAtMs,
    formerSecretUntil: formerSecret?.untilMs ?? null,
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

import type { DeliveryOutcome } from './delivery.ts';
import type { DisabledReason, Webhook } from './webhook.ts';

/** A webhook is disabled when its receiver has failed this often in a row, */
export const failuresMax = 50;
/** and for this long: a receiver that is down over a weekend is not disabled. */
export const failingForMs = 5 * 86_400_000;

/** How many redeliveries may be requested at once, and for how long each counts. */
const redeliveriesAtOnceMax = 600;
const redeliverEveryMs = 100;

/** Outcomes that are the fault of the receiver, or of the address that its tenant gave. */
const receiversFaults: ReadonlySet<DeliveryOutcome> = new Set([
  'refused',
  'timed_out',
  'unreachable',
  'forbidden_target',
]);

/** Whether an outcome counts as a failure of the receiver. */
export function isReceiversFault(outcome: DeliveryOutcome): boolean {
  return receiversFaults.has(outcome);
}

/** A webhook that is disabled from now on; the first reason stays. */
export function disabled(webhook: Webhook, reason: DisabledReason, nowMs: number): Webhook {
  return webhook.disabled === undefined ? { ...webhook, disabled: reason, disabledAtMs: nowMs } : webhook;
}

/** A webhook that is enabled from now on, and whose failures are forgotten. */
export function enabled(webhook: Webhook): Webhook {
  return { ...healthy(webhook), disabled: undefined, disabledAtMs: undefined };
}

/** A webhook whose receiver has accepted a message. */
export function healthy(webhook: Webhook): Webhook {
  return { ...webhook, failures: 0, failingSinceMs: undefined };
}

/** A webhook whose receiver has failed once more. */
export function failedOnce(webhook: Webhook, nowMs: number): Webhook {
  const failures = webhook.failures + 1;
  const failingSinceMs = webhook.failingSinceMs ?? nowMs;
  const failed = { ...webhook, failures, failingSinceMs };
  if (failures < failuresMax || nowMs - failingSinceMs < failingForMs) return failed;
  return disabled(failed, 'failing', nowMs);
}

/**
 * Asks for one more redelivery: the webhook after it, or how long to wait first. Each counts for a moment, so that
 * one number says how many were requested.
 */
export function askRedelivery(
  webhook: Webhook,
  nowMs: number,
): { readonly webhook: Webhook } | { readonly againInMs: number } {
  const windowMs = redeliveriesAtOnceMax * redeliverEveryMs;
  // No further ahead than the window: a clock that was set back must not refuse for longer.
  const busyMs = Math.min(windowMs, Math.max(0, webhook.redeliveriesUntilMs - nowMs));
  const againInMs = busyMs + redeliverEveryMs - windowMs;
  if (againInMs > 0) return { againInMs };
  return { webhook: { ...webhook, redeliveriesUntilMs: nowMs + busyMs + redeliverEveryMs } };
}

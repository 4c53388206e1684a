import type { BodyOf } from '../api/types.ts';
import { Badge } from './badge.tsx';

const reasons = {
  by_request: 'disabled',
  gone: 'disabled: the receiver answered 410',
  failing: 'disabled: it failed for days',
  unproven: 'waits for its receiver to prove itself',
} as const;

/** Whether a webhook gets its events. */
export function WebhookState({
  webhook: { disabled, disabledReason, failures },
}: {
  readonly webhook: Pick<BodyOf<'readWebhook'>, 'disabled' | 'disabledReason' | 'failures'>;
}) {
  if (disabled)
    return <Badge tone="bad">{disabledReason === null ? 'disabled' : reasons[disabledReason]}</Badge>;
  return failures > 0 ? <Badge tone="warn">failing</Badge> : <Badge tone="good">enabled</Badge>;
}

import { type Refusal, type RefusalCode, refusalMessage, refusalStatus } from '../refusal.ts';
import type { Profile } from './profile-shape.ts';
import { headersOf, rendered } from './rendering.ts';

/** The shapes that clients of Stripe's API know: `{ error: { type, code, message } }`, 400 for a conflict. */
export const stripe: Profile = {
  replayedHeader: 'idempotent-replayed',
  render(refusal, { requestId, keyPlace }) {
    const { type, code, status } = stripeError(refusal);
    const message = refusalMessage(refusal, keyPlace);
    const error = { type, ...(code === undefined ? {} : { code }), message };
    return rendered(status, 'application/json', { error, requestId }, headersOf(refusal));
  },
};

function stripeError(refusal: Refusal): { type: string; code?: string; status: number } {
  const { code } = refusal;
  const status = refusalStatus(refusal);
  if (code === 'idempotency_conflict') return { type: 'idempotency_error', status: 400 };
  if (code === 'idempotency_in_progress') {
    return { type: 'invalid_request_error', code: 'idempotency_key_in_use', status };
  }
  const type: string = status >= 500 ? 'api_error' : (stripeTypes[code] ?? 'invalid_request_error');
  return { type, code, status };
}

const stripeTypes: Partial<Record<RefusalCode, string>> = {
  idempotency_outcome_unknown: 'idempotency_error',
  idempotency_key_expired: 'idempotency_error',
};

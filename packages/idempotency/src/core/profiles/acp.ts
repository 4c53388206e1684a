import { type Refusal, refusalMessage, refusalStatus } from '../refusal.ts';
import type { Profile } from './profile-shape.ts';
import { headersOf, rendered } from './rendering.ts';

/**
 * The Agentic Commerce Protocol: a flat `{ type, code, message }`, 422 for a conflict, 409 `idempotency_in_flight`. Every
 * POST has a key, which is echoed, and which belongs to one endpoint.
 *
 * @see agentic-commerce-protocol, rfcs/rfc.agentic_checkout.md, sections 3 and 6
 */
export const acp: Profile = {
  replayedHeader: 'idempotent-replayed',
  defaults: { methods: ['POST'], requireKey: true, echoKey: true, keysPer: 'endpoint' },
  render(refusal, { requestId, keyPlace }) {
    const status = refusal.code === 'idempotency_conflict' ? 422 : refusalStatus(refusal);
    const code = refusal.code === 'idempotency_in_progress' ? 'idempotency_in_flight' : refusal.code;
    // Its schema of errors allows no other members; the request id is sent in a header.
    const body = { type: typeOf(status, refusal), code, message: refusalMessage(refusal, keyPlace) };
    return rendered(status, 'application/json', body, [['request-id', requestId], ...headersOf(refusal)]);
  },
};

function typeOf(status: number, { code }: Refusal): string {
  if (status === 503) return 'service_unavailable';
  return status >= 500 || code === 'idempotency_outcome_unknown' ? 'processing_error' : 'invalid_request';
}

import { jsonObject, withMember } from '../json-member.ts';
import type { KeptResponse } from '../kept-response.ts';
import { type Refusal, refusalMessage, refusalStatus } from '../refusal.ts';
import type { Profile } from './profile-shape.ts';
import { headersOf, rendered, retryAfterSeconds } from './rendering.ts';

/**
 * The Ad Context Protocol: the key is the member `idempotency_key` of the body, only successes are kept, and a replay
 * has the member `replayed`. Refusals are in `errors` and in `adcp_error`, with a `recovery`.
 *
 * @see adcontextprotocol/adcp, docs/building/by-layer/L1/security.mdx, idempotency: normative seller behavior, payload
 * equivalence, response shape
 */
export const adcp: Profile = {
  replayedHeader: 'idempotency-replayed',
  defaults: {
    methods: ['POST'],
    requireKey: true,
    keyOf: { body: 'idempotency_key' },
    keyPattern: /^[\w.:-]{16,255}$/,
    onClientError: 'free',
    ignoreMembers: [
      'context',
      'governance_context',
      ['push_notification_config', 'authentication', 'credentials'],
    ],
  },
  render(refusal, { requestId, keyPlace }) {
    const seconds = retryAfterSeconds(refusal);
    const error = {
      ...errorOf(refusal),
      message: refusalMessage(refusal, keyPlace),
      ...(seconds === undefined ? {} : { retry_after: seconds }),
    };
    const body = { status: 'failed', errors: [error], adcp_error: error };
    const headers = [['x-request-id', requestId] as const, ...headersOf(refusal)];
    return rendered(refusalStatus(refusal), 'application/json', body, headers);
  },
  markReplay,
};

/** The envelope marks the replay; everything else in it stays byte for byte. */
function markReplay(kept: KeptResponse): KeptResponse {
  const text = Buffer.from(kept.body).toString();
  const envelope = jsonObject(text);
  return envelope === undefined || Object.hasOwn(envelope, 'replayed')
    ? kept
    : { ...kept, body: withMember(text, 'replayed', true) };
}

function errorOf(refusal: Refusal): { readonly code: string; readonly recovery: string } {
  switch (refusal.code) {
    case 'idempotency_conflict':
      return { code: 'IDEMPOTENCY_CONFLICT', recovery: 'correctable' };
    case 'idempotency_in_progress':
      return { code: 'IDEMPOTENCY_IN_FLIGHT', recovery: 'transient' };
    case 'idempotency_key_expired':
      return { code: 'IDEMPOTENCY_EXPIRED', recovery: 'correctable' };
    case 'idempotency_outcome_unknown':
      // If the outcome is unknown, the buyer must look up what exists, as for an expired key.
      return refusal.cause === 'abandoned'
        ? { code: 'IDEMPOTENCY_EXPIRED', recovery: 'correctable' }
        : { code: 'SERVICE_UNAVAILABLE', recovery: 'transient' };
    case 'idempotency_key_required':
    case 'invalid_idempotency_key':
    case 'idempotency_key_in_future':
    case 'payload_too_large':
    case 'http2_unsupported':
      return { code: 'INVALID_REQUEST', recovery: 'correctable' };
    case 'store_unavailable':
    case 'store_full':
      return { code: 'SERVICE_UNAVAILABLE', recovery: 'transient' };
    case 'caller_unknown':
    case 'not_completed':
      return { code: 'CONFIGURATION_ERROR', recovery: 'terminal' };
  }
}

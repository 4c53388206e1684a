import { refusalMessage, refusalStatus } from '../refusal.ts';
import type { Profile } from './profile-shape.ts';
import { headersOf, rendered } from './rendering.ts';

const hourMs = 3_600_000;

/**
 * The Universal Commerce Protocol: `{ code, content }`, 409 for a conflict, 503 while the store fails. Keys have at least
 * 22 characters, and answers are kept for 48 h.
 *
 * @see Universal-Commerce-Protocol/ucp, docs/specification/shopping/checkout/rest.md (specific header requirements, error
 *   responses) and docs/specification/signatures.md (replay protection)
 */
export const ucp: Profile = {
  replayedHeader: 'idempotency-replayed',
  defaults: { keyLengthMin: 22, answerTtlMs: 48 * hourMs },
  render(refusal, { requestId, keyPlace }) {
    const body = { code: refusal.code, content: refusalMessage(refusal, keyPlace), requestId };
    return rendered(refusalStatus(refusal), 'application/json', body, headersOf(refusal));
  },
};

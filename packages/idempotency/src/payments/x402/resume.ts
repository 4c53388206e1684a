import type { KeptResponse } from '../../core/kept-response.ts';
import { pending } from './guard-server.ts';
import type { PaidRequest } from './paid-request.ts';

/** What becomes of a paid request before x402 sees it. */
export type Resumed =
  /** x402 goes on: it verifies and settles, unless it has settled before */
  | { readonly kind: 'pay' }
  /** it was paid, and this is the answer */
  | { readonly kind: 'answer'; readonly answer: KeptResponse }
  /** the operation sends a refusal in the place of whatever is answered */
  | { readonly kind: 'refused' };

/**
 * Looks what became of the payment in an earlier attempt: its process may have died, or the facilitator may not have
 * answered. A payment that was taken is answered for; one that may have been taken is not settled again.
 */
export async function resume(request: PaidRequest): Promise<Resumed> {
  const { settlements, payment, operation, answers, settled } = request;
  try {
    for (const phase of ['after-handler', 'before-handler'] as const) {
      const known = await settlements.lookUp(payment.digest, phase, payment.sent);
      if (known === undefined || known.state === 'failed') continue;
      if (known.operation !== operation.reference) {
        operation.refuseWith({ code: 'idempotency_conflict' }, 'free');
        return { kind: 'refused' };
      }
      if (known.state === 'begun' || known.result === undefined) {
        operation.refuseWith(pending, 'unknown');
        return { kind: 'refused' };
      }
      if (known.answer !== undefined) {
        return { kind: 'answer', answer: answers.open(payment.digest, known.answer, known.result) };
      }
      settled.set(phase, known.result);
    }
    return { kind: 'pay' };
  } catch {
    // Nothing was done in this attempt, and the next one looks again.
    operation.refuseWith({ code: 'store_unavailable' }, 'free');
    return { kind: 'refused' };
  }
}

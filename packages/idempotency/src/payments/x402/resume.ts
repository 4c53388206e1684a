import type { KeptResponse } from '../../core/kept-response.ts';
import { pending } from './guard-server.ts';
import type { PaidRequest } from './paid-request.ts';

/** The decision on a paid request before x402 sees it. */
export type Resumed =
  /** x402 continues: it verifies and settles, unless it has settled before */
  | { readonly kind: 'pay' }
  /** it was paid, and this is the answer */
  | { readonly kind: 'answer'; readonly answer: KeptResponse }
  /** the operation sends a refusal in place of any answer */
  | { readonly kind: 'refused' };

/**
 * Looks up the payment's state after earlier attempts: their process may have died, or the facilitator may not have
 * answered. If the payment was taken, the request is answered. If it may have been taken, it is not settled again.
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
    // This attempt did nothing, and the next one checks again.
    operation.refuseWith({ code: 'store_unavailable' }, 'free');
    return { kind: 'refused' };
  }
}

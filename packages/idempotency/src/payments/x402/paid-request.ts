import { AsyncLocalStorage } from 'node:async_hooks';
import type { Operation } from '../../core/operation.ts';
import type { AnswerKeeper } from './kept-answer.ts';
import type { Payment } from './payment.ts';
import type { Settlements } from './settlements.ts';
import type { X402Phase, X402Settled } from './x402-shapes.ts';

/** A paid request, while x402 and its handler process it: the hooks on the x402 server recognize it by this object. */
export interface PaidRequest {
  readonly payment: Payment;
  readonly operation: Operation;
  readonly settlements: Settlements;
  readonly answers: AnswerKeeper;
  readonly hasFailed: (reason: string | undefined) => boolean;
  /** the status of the handler's answer */
  readonly status: () => number;
  /** what an earlier attempt has settled */
  readonly settled: Map<X402Phase, X402Settled>;
  /** the settlements that this request has begun, by phase */
  readonly begun: Map<X402Phase, string>;
}

const current = new AsyncLocalStorage<PaidRequest>();

/** The paid request that the current code belongs to; `undefined` outside of one. */
export function paidRequest(): PaidRequest | undefined {
  return current.getStore();
}

/** Runs x402 and the handler for a paid request. */
export function withPaidRequest<T>(request: PaidRequest, run: () => T): T {
  return current.run(request, run);
}

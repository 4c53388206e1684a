import { type PaidRequest, paidRequest } from './paid-request.ts';
import type { X402Server, X402SettleContext } from './x402-shapes.ts';

/** The answer while it is not known whether a payment was settled. */
export const pending = { code: 'idempotency_outcome_unknown', cause: 'payment_pending' } as const;

const guarded = new WeakSet<X402Server>();

/**
 * Adds hooks to an x402 server, once. Nothing is verified or settled that was settled before, and each settlement is
 * recorded before it begins. Requests that do not pass through `paidOnce` are not affected.
 */
export function guardServer(server: X402Server): void {
  if (guarded.has(server)) return;
  guarded.add(server);
  server.onBeforeVerify(async () => {
    const request = paidRequest();
    const [known] = request?.settled.values() ?? [];
    // The facilitator would refuse the payment as used already, although this same request used it.
    if (known === undefined) return undefined;
    const payer = known.payer === undefined ? {} : { payer: known.payer };
    return { skip: true, result: { isValid: true, ...payer } };
  });
  server.onBeforeSettle(async (context) => {
    const request = paidRequest();
    if (request === undefined) return undefined;
    const known = request.settled.get(phaseOf(context));
    if (known !== undefined) return { skip: true, result: known };
    return (await begin(request, context)) ? undefined : { abort: true, reason: 'settlement_refused' };
  });
  server.onAfterSettle(async (context) => {
    const request = paidRequest();
    const attempt = request?.begun.get(phaseOf(context));
    if (request === undefined || attempt === undefined) return;
    const { settlements, payment } = request;
    await settlements.end(payment.digest, phaseOf(context), attempt, {
      state: 'settled',
      result: context.result,
    });
  });
  server.onSettleFailure(async (context) => {
    const request = paidRequest();
    const attempt = request?.begun.get(phaseOf(context));
    if (request === undefined || attempt === undefined) return;
    await failed(request, context, attempt);
  });
}

/** x402 continues if a hook throws, so nothing may be thrown here. */
async function begin(request: PaidRequest, context: X402SettleContext): Promise<boolean> {
  const { settlements, payment, operation, answers } = request;
  const phase = phaseOf(context);
  const attempt = crypto.randomUUID();
  try {
    const { requirements, transportContext } = context;
    const answer =
      phase === 'after-handler'
        ? answers.seal(payment.digest, request.status(), transportContext)
        : undefined;
    const other = await settlements.begin(payment.digest, phase, {
      state: 'begun',
      operation: operation.reference,
      attempt,
      begunAtMs: Date.now(),
      requirements,
      ...(answer === undefined ? {} : { answer }),
    });
    if (other === undefined) request.begun.set(phase, attempt);
    else if (other.operation === operation.reference) operation.refuseWith(pending, 'unknown');
    else operation.refuseWith({ code: 'idempotency_conflict' }, 'free');
    return other === undefined;
  } catch {
    operation.refuseWith({ code: 'store_unavailable' }, 'free');
    return false;
  }
}

async function failed(
  { settlements, payment, operation, hasFailed }: PaidRequest,
  context: X402SettleContext & { readonly error: Error },
  attempt: string,
): Promise<void> {
  const { error } = context;
  const reason =
    'errorReason' in error && typeof error.errorReason === 'string' ? error.errorReason : undefined;
  const isNoted =
    hasFailed(reason) &&
    (await settlements.end(payment.digest, phaseOf(context), attempt, { state: 'failed' }).then(
      () => true,
      () => false,
    ));
  if (!isNoted) operation.refuseWith(pending, 'unknown');
}

function phaseOf({ phase }: X402SettleContext): 'before-handler' | 'after-handler' | 'cancel' {
  return phase ?? 'after-handler';
}

import type { Context, Env, MiddlewareHandler } from 'hono';
import { responseOf } from '../adapters/fetch/whole-answer.ts';
import { type HonoOptions, idempotency, operationOf } from '../adapters/hono.ts';
import { guardServer } from './x402/guard-server.ts';
import { type PaidOptions, Payments } from './x402/paid-options.ts';
import { withPaidRequest } from './x402/paid-request.ts';
import { refuser } from './x402/refuser.ts';
import { resume } from './x402/resume.ts';

export { operationOf } from '../adapters/hono.ts';
export { InvalidOptionsError } from '../core/invalid-options.ts';
export type { PaidOptions, PaymentOptions } from './x402/paid-options.ts';
export type { PendingSettlement, SettlementFinding } from './x402/settlement.ts';
export type { X402Server } from './x402/x402-shapes.ts';

/**
 * Takes each x402 payment once, in front of a Hono app or a route: a retry with the same payment gets the first answer
 * with its `PAYMENT-RESPONSE`, before anything is verified or settled.
 *
 * @param payment `paymentMiddleware(routes, server)` of `@x402/hono`
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.use(paidOnce({ store, settlements, server }, paymentMiddleware(routes, server)));
 */
export function paidOnce<E extends Env = Env>(
  options: PaidOptions<HonoOptions<E>>,
  payment: MiddlewareHandler,
): MiddlewareHandler<E> {
  const payments = new Payments<Context<E>>(options, (context, name) => context.req.header(name));
  const refuse = refuser(options);
  const protect = idempotency<E>(payments.adapterOptions(options));
  guardServer(options.server);

  return (context, next) => {
    const refusal = payments.refusalOf(context);
    if (refusal !== undefined) {
      return Promise.resolve(responseOf(refuse(refusal, context, context.req.header('accept'))));
    }
    return protect(context, () => pay(context, next));
  };

  async function pay(context: Context<E>, next: () => Promise<void>): Promise<void> {
    let status = 200;
    const paid = payments.begin(context, operationOf(context), () => status);
    if (paid === undefined) return put(context, await payment(context, next));
    const resumed = await resume(paid);
    if (resumed.kind === 'answer') return put(context, responseOf(resumed.answer));
    if (resumed.kind === 'refused') return put(context, new Response(null, { status: 503 }));
    const watched = async () => {
      await next();
      status = context.res.status;
    };
    put(context, await withPaidRequest(paid, () => payment(context, watched)));
  }
}

/** The return value of a middleware is the answer, as in Hono. */
function put(context: Context, answer: Awaited<ReturnType<MiddlewareHandler>>): void {
  if (answer) context.res = answer;
}

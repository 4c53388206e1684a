import type { ServerResponse } from 'node:http';
import {
  type ExpressMiddleware,
  type ExpressOptions,
  type ExpressRequest,
  idempotency,
  operationOf,
} from '../adapters/express.ts';
import { sendResponse } from '../adapters/node/send-response.ts';
import { guardServer } from './x402/guard-server.ts';
import { type PaidOptions, Payments } from './x402/paid-options.ts';
import { withPaidRequest } from './x402/paid-request.ts';
import { refuser } from './x402/refuser.ts';
import { resume } from './x402/resume.ts';
import { showHead } from './x402/visible-head.ts';

export { operationOf } from '../adapters/express.ts';
export { InvalidOptionsError } from '../core/invalid-options.ts';
export type { PaidOptions, PaymentOptions } from './x402/paid-options.ts';
export type { PendingSettlement, SettlementFinding } from './x402/settlement.ts';
export type { X402Server } from './x402/x402-shapes.ts';

/** A middleware of Express. */
type Middleware<Request, Response> = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => unknown;

/**
 * Takes each x402 payment once, in front of an Express app or a route: a retry with the same payment gets the first
 * answer with its `PAYMENT-RESPONSE`, before anything is verified or settled.
 *
 * @param payment `paymentMiddleware(routes, server)` of `@x402/express`
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.use(paidOnce({ store, settlements, server }, paymentMiddleware(routes, server)));
 */
export function paidOnce<Request extends ExpressRequest, Response extends ServerResponse>(
  options: PaidOptions<ExpressOptions<NoInfer<Request>>>,
  payment: Middleware<Request, Response>,
): (request: Request, response: Response, next: (error?: unknown) => void) => void {
  const payments = new Payments<Request>(options, (request, name) => request.headers[name]?.toString());
  const refuse = refuser(options);
  const protect: ExpressMiddleware<Request> = idempotency<Request>(payments.adapterOptions(options));
  guardServer(options.server);

  return (request, response, next) => {
    const refusal = payments.refusalOf(request);
    if (refusal !== undefined) {
      sendResponse(response, refuse(refusal, request, request.headers.accept));
      return;
    }
    protect(request, response, (error) => {
      if (error !== undefined) return next(error);
      pay(request, response, next).catch(next);
    });
  };

  async function pay(request: Request, response: Response, next: (error?: unknown) => void): Promise<void> {
    const paid = payments.begin(request, operationOf(request), () => response.statusCode);
    if (paid === undefined) {
      await payment(request, response, next);
      return;
    }
    const resumed = await resume(paid);
    if (resumed.kind === 'answer') return sendResponse(response, resumed.answer);
    if (resumed.kind === 'refused') {
      response.end();
      return;
    }
    await withPaidRequest(paid, () =>
      payment(request, response, (error) => {
        showHead(response);
        next(error);
      }),
    );
  }
}

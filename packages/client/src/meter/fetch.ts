import { meterExchange } from './meter-exchange.ts';
import type { MeterOptions } from './meter-options.ts';
import { pathOf } from './path-of.ts';

export type { Awaitable, MeterOptions } from './meter-options.ts';

/** A handler of the Fetch API: of Next.js, `Bun.serve`, `Deno.serve` or Workers. */
export type FetchHandler<R extends Request, Rest extends readonly unknown[]> = (
  request: R,
  ...rest: Rest
) => Response | Promise<Response>;

/** The options of the meter for handlers of the Fetch API. */
export interface FetchMeterOptions<R extends Request, Rest extends readonly unknown[]>
  extends MeterOptions<R, Response> {
  /** on Workers: `(work, request, env, context) => context.waitUntil(work)` */
  readonly waitUntil?: (work: Promise<void>, request: R, ...rest: Rest) => void;
}

/**
 * Makes a handler of the Fetch API metered. Usage is recorded while the answer is returned. A function `requests` that
 * reads the body of the answer must use `response.clone()`.
 *
 * @example
 * export const POST = meter({ recorder, agent, service: 'search' }, async (request) => Response.json(await search(request)));
 */
export function meter<R extends Request = Request, Rest extends readonly unknown[] = []>(
  options: FetchMeterOptions<R, Rest>,
  handler: FetchHandler<R, Rest>,
): (request: R, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const { method, url, headers } = request;
    const response = await handler(request, ...rest);
    const metered = meterExchange(options, {
      request,
      response,
      status: response.status,
      method,
      target: pathOf(url),
      key: headers.get('idempotency-key') ?? undefined,
    });
    options.waitUntil?.(metered, request, ...rest);
    return response;
  };
}

import { runHeld, usedForAnswer } from './held-request.ts';
import { meterExchange } from './meter-exchange.ts';
import type { MeterHold, MeterOptions } from './meter-options.ts';
import { pathOf } from './path-of.ts';

export type { Awaitable, MeterHold, MeterOptions, ReservedUse } from './meter-options.ts';

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
    if (options.hold !== undefined) return await answerHeld(options, options.hold, handler, request, rest);
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

/** Answers as soon as the handler has; the usage is captured meanwhile. */
async function answerHeld<R extends Request, Rest extends readonly unknown[]>(
  options: FetchMeterOptions<R, Rest>,
  hold: MeterHold<R>,
  handler: FetchHandler<R, Rest>,
  request: R,
  rest: Rest,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const handle = async () => {
    let response: Response;
    try {
      response = await handler(request, ...rest);
    } catch (error) {
      reject(error);
      return { requests: 0 };
    }
    // Before the answer is read.
    const used = usedForAnswer(options, { request, response, status: response.status });
    resolve(response);
    return await used;
  };
  const { method, url, headers } = request;
  const key = headers.get('idempotency-key') ?? undefined;
  const metered = runHeld(options, hold, { request, method, target: pathOf(url), key }, handle).then(
    (refusal) => {
      if (refusal === undefined) return;
      const { body, ...init } = refusal;
      resolve(new Response(body, init));
    },
  );
  options.waitUntil?.(metered, request, ...rest);
  return await promise;
}

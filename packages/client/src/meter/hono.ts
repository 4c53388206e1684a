import type { Context, Env, MiddlewareHandler, Next } from 'hono';
import { runHeld, usedForAnswer } from './held-request.ts';
import { meterExchange } from './meter-exchange.ts';
import type { MeterHold, MeterOptions } from './meter-options.ts';
import { pathOf } from './path-of.ts';

export type { Awaitable, MeterHold, MeterOptions, ReservedUse } from './meter-options.ts';

/**
 * Makes a Hono app, or a route, metered. Usage is recorded after the handler; `requests` gets the context twice, whose
 * `res` is the answer. Use `context.res.clone()` to read its body.
 *
 * @example
 * app.use(meter({ recorder, agent: (context) => context.req.header('x-agent'), service: 'search' }));
 */
export function meter<E extends Env = Env>(
  options: MeterOptions<Context<E>, Context<E>>,
): MiddlewareHandler<E> {
  return async (context, next) => {
    if (options.hold !== undefined) return await answerHeld(options, options.hold, context, next);
    await next();
    const metered = meterExchange(options, {
      request: context,
      response: context,
      status: context.res.status,
      method: context.req.method,
      target: pathOf(context.req.url),
      key: context.req.header('idempotency-key'),
    });
    outlive(context, metered);
    return undefined;
  };
}

/** Answers as soon as the handler has; the usage is captured meanwhile. */
async function answerHeld<E extends Env>(
  options: MeterOptions<Context<E>, Context<E>>,
  hold: MeterHold<Context<E>>,
  context: Context<E>,
  next: Next,
): Promise<Response | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Response | undefined>();
  const handle = async () => {
    try {
      await next();
    } catch (error) {
      reject(error);
      return { requests: 0 };
    }
    const { status } = context.res;
    // Before the answer is read.
    const used = usedForAnswer(options, { request: context, response: context, status });
    resolve(undefined);
    return await used;
  };
  const { method, url } = context.req;
  const key = context.req.header('idempotency-key');
  const begun = { request: context, method, target: pathOf(url), key };
  const metered = runHeld(options, hold, begun, handle).then((refusal) => {
    if (refusal === undefined) return;
    const { body, ...init } = refusal;
    resolve(new Response(body, init));
  });
  outlive(context, metered);
  return await promise;
}

/** On Workers, work that is not finished when the answer ends is dropped, unless the runtime knows about it. */
function outlive<E extends Env>(context: Context<E>, work: Promise<void>): void {
  try {
    context.executionCtx.waitUntil(work);
  } catch {
    // Other runtimes have no such context.
  }
}

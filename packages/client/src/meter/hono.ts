import type { Context, Env, MiddlewareHandler } from 'hono';
import { meterExchange } from './meter-exchange.ts';
import type { MeterOptions } from './meter-options.ts';
import { pathOf } from './path-of.ts';

export type { Awaitable, MeterOptions } from './meter-options.ts';

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
  };
}

/** On Workers, what is not finished when the answer ends is dropped, unless the runtime knows of it. */
function outlive<E extends Env>(context: Context<E>, work: Promise<void>): void {
  try {
    context.executionCtx.waitUntil(work);
  } catch {
    // Other runtimes have no such context.
  }
}

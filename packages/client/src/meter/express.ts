import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MeterOptions } from './meter-options.ts';
import { meterNode } from './node.ts';

export type { Awaitable, MeterHold, MeterOptions, ReservedUse } from './meter-options.ts';

/** A request of Express, or of another framework with its middleware. */
export type ExpressRequestLike = IncomingMessage & { readonly originalUrl?: string };

/**
 * Makes an Express app, or a route, metered. Usage is recorded after the answer; with `hold` it is reserved before the handler runs.
 *
 * @example
 * app.use(meter({ recorder, agent: (request) => request.get('x-agent'), service: 'search' }));
 */
export function meter<Request extends ExpressRequestLike, Response extends ServerResponse>(
  options: MeterOptions<Request, Response>,
): (request: Request, response: Response, next: () => void) => void {
  return (request, response, next) => {
    const target = request.originalUrl ?? request.url ?? '';
    const exchange = { incoming: request, outgoing: response, request, response, target };
    meterNode(options, exchange, next);
  };
}

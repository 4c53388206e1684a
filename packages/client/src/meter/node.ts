import type { IncomingMessage, ServerResponse } from 'node:http';
import { meterExchange } from './meter-exchange.ts';
import type { MeterOptions } from './meter-options.ts';

/** A request and its response on `node:http`, and as the framework has them. */
interface NodeExchange<Request, Response> {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly request: Request;
  readonly response: Response;
  readonly target: string;
}

/** Meters a request when its answer has ended, or its client has left after the answer began. */
export function meterWhenClosed<Request, Response>(
  options: MeterOptions<Request, Response>,
  { incoming, outgoing, request, response, target }: NodeExchange<Request, Response>,
): void {
  outgoing.once('close', () => {
    if (!outgoing.headersSent) return;
    const header = incoming.headers['idempotency-key'];
    const metered = meterExchange(options, {
      request,
      response,
      status: outgoing.statusCode,
      method: incoming.method ?? '',
      target,
      key: typeof header === 'string' ? header : undefined,
    });
    metered.catch(() => undefined);
  });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Used } from '../quantity.ts';
import { type HeldRefusal, runHeld, usedForAnswer } from './held-request.ts';
import { meterExchange } from './meter-exchange.ts';
import type { MeterHold, MeterOptions } from './meter-options.ts';

/** A request and its response on `node:http`, and as the framework has them. */
interface NodeExchange<Request, Response> {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly request: Request;
  readonly response: Response;
  readonly target: string;
}

/** Meters a request when its answer has ended, or its client has left after the answer began. */
function meterWhenClosed<Request, Response>(
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

/**
 * Meters a request: with a hold it is reserved before it goes on, otherwise it goes on at once.
 *
 * @param goOn runs what comes after the meter
 * @param takeOver lets the framework know that the answer is written here
 */
export function meterNode<Request, Response>(
  options: MeterOptions<Request, Response>,
  exchange: NodeExchange<Request, Response>,
  goOn: () => void,
  takeOver: () => void = () => undefined,
): void {
  const { hold } = options;
  if (hold === undefined) {
    meterWhenClosed(options, exchange);
    goOn();
    return;
  }
  holdThenRun(options, hold, exchange, goOn)
    .then((refusal) => {
      if (refusal === undefined || exchange.outgoing.headersSent) return;
      takeOver();
      exchange.outgoing.writeHead(refusal.status, refusal.headers).end(refusal.body);
    })
    .catch(() => exchange.outgoing.destroy());
}

async function holdThenRun<Request, Response>(
  options: MeterOptions<Request, Response>,
  hold: MeterHold<Request>,
  { incoming, outgoing, request, response, target }: NodeExchange<Request, Response>,
  goOn: () => void,
): Promise<HeldRefusal | undefined> {
  const handle = async (): Promise<Used> => {
    // The client has left while its usage was reserved.
    if (outgoing.destroyed) return { requests: 0 };
    const closed = new Promise<void>((resolve) => outgoing.once('close', () => resolve()));
    goOn();
    await closed;
    if (!outgoing.headersSent) return { requests: 0 };
    return await usedForAnswer(options, { request, response, status: outgoing.statusCode });
  };
  const header = incoming.headers['idempotency-key'];
  const key = typeof header === 'string' ? header : undefined;
  return await runHeld(options, hold, { request, method: incoming.method ?? '', target, key }, handle);
}

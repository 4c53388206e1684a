import { isNothing, sentUse, type Used } from '../quantity.ts';
import type { MeteredExchange, MeterOptions } from './meter-options.ts';
import { usageIdOf } from './usage-id.ts';

/**
 * Gives the usage of an answered request to the recorder. Functions of the options are called in this turn, while the
 * answer can still be read; their promises are awaited later. Never rejects.
 */
export async function meterExchange<Request, Response>(
  options: MeterOptions<Request, Response>,
  exchange: MeteredExchange<Request, Response>,
): Promise<void> {
  const usage: { agent?: string; serviceId?: string; requests?: number; quantity?: string; id?: string } = {};
  try {
    const { request, response, status } = exchange;
    const isBilled = options.isBilled?.(request, response, status) ?? status < 400;
    if (!isBilled) return;
    const { service, identity = 'key' } = options;
    const [agent, serviceId, used, ownId] = await Promise.all([
      options.agent(request),
      typeof service === 'function' ? service(request) : service,
      usedIn(options, request, response),
      typeof identity === 'function' ? identity(request) : undefined,
    ]);
    if (agent === undefined || serviceId === undefined) return;
    Object.assign(usage, { agent, serviceId, ...used });
    // Also throws for an invalid quantity, so that it is reported with its request.
    if (isNothing(used)) return;
    const id = ownId ?? (identity === 'key' ? await usageIdOf(agent, serviceId, exchange) : undefined);
    Object.assign(usage, id === undefined ? {} : { id });
    options.recorder.add({ agent, serviceId, ...sentUse(used), ...(id === undefined ? {} : { id }) });
  } catch (error) {
    lose(options, usage, error);
  }
}

/** How much an answered request is billed for. */
export async function usedIn<Request, Response>(
  { requests = 1, quantity }: MeterOptions<Request, Response>,
  request: Request,
  response: Response,
): Promise<Used> {
  if (quantity === undefined)
    return { requests: await (typeof requests === 'function' ? requests(request, response) : requests) };
  return { quantity: await (typeof quantity === 'function' ? quantity(request, response) : quantity) };
}

/** Reports usage that is not recorded. */
export function lose<Request, Response>(
  { onLost }: MeterOptions<Request, Response>,
  usage: Parameters<NonNullable<typeof onLost>>[0],
  error: unknown,
): void {
  if (onLost === undefined) console.error('billonce: usage is not recorded:', usage, error);
  // In a separate turn, so that an error of the callback is thrown in the program.
  else queueMicrotask(() => onLost(usage, error));
}

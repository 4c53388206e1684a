import type { MeteredExchange, MeterOptions } from './meter-options.ts';
import { usageIdOf } from './usage-id.ts';

/**
 * Gives the usage of an answered request to the recorder. Functions of the options are called in this turn, while the
 * answer can still be read; what they promise is awaited after it. Never rejects.
 */
export async function meterExchange<Request, Response>(
  options: MeterOptions<Request, Response>,
  exchange: MeteredExchange<Request, Response>,
): Promise<void> {
  const usage: { agent?: string; serviceId?: string; requests?: number; id?: string } = {};
  try {
    const { request, response, status } = exchange;
    const isBilled = options.isBilled?.(request, response, status) ?? status < 400;
    if (!isBilled) return;
    const { service, requests = 1, identity = 'key' } = options;
    const [agent, serviceId, count, ownId] = await Promise.all([
      options.agent(request),
      typeof service === 'function' ? service(request) : service,
      typeof requests === 'function' ? requests(request, response) : requests,
      typeof identity === 'function' ? identity(request) : undefined,
    ]);
    if (agent === undefined || serviceId === undefined || count === 0) return;
    const id = ownId ?? (identity === 'key' ? await usageIdOf(agent, serviceId, exchange) : undefined);
    Object.assign(usage, { agent, serviceId, requests: count }, id === undefined ? {} : { id });
    options.recorder.add({ agent, serviceId, requests: count, ...(id === undefined ? {} : { id }) });
  } catch (error) {
    lose(options, usage, error);
  }
}

function lose<Request, Response>(
  { onLost }: MeterOptions<Request, Response>,
  usage: Parameters<NonNullable<typeof onLost>>[0],
  error: unknown,
): void {
  if (onLost === undefined) console.error('billonce: usage is not recorded:', usage, error);
  // In a separate turn, so that an error of the callback is the program's.
  else queueMicrotask(() => onLost(usage, error));
}

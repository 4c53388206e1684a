import { BillonceError } from '../billonce-error.ts';
import type { HoldRequest } from '../contract/types.ts';
import type { Used } from '../quantity.ts';
import { lose, usedIn } from './meter-exchange.ts';
import type { MeteredExchange, MeterHold, MeterOptions } from './meter-options.ts';
import { usageIdOf } from './usage-id.ts';

/** A request before its handler runs. */
type Begun<Request> = Pick<MeteredExchange<Request, unknown>, 'request' | 'method' | 'target' | 'key'>;

/** The answer to a request whose usage cannot be reserved. */
export interface HeldRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON */
  readonly body: string;
}

/** Refusals about the money or the limits of the agent: the client gets them unchanged. */
const passedOn: ReadonlySet<number | undefined> = new Set([402, 429]);
/** A client waits for its answer: a limit that ends in a minute is passed on at once. */
const reserveMsDefault = 5_000;
const nothing = { requests: 0 } as const;

/**
 * Runs the handler of a request under a hold, and captures what it took. Never rejects.
 *
 * @param handle runs the handler, and resolves with what its answer is billed for. If it rejects, nothing is billed, and the loss is reported
 * @returns why the handler was not run
 */
export async function runHeld<Request, Response>(
  options: MeterOptions<Request, Response>,
  hold: MeterHold<Request>,
  begun: Begun<Request>,
  handle: () => Promise<Used>,
): Promise<HeldRefusal | undefined> {
  const usage: { agent?: string; serviceId?: string; id?: string } = {};
  let isRunning = false;
  try {
    const wanted = await holdRequestOf(options, hold, begun);
    if (wanted === undefined) {
      await handle();
      return undefined;
    }
    const { agent, serviceId, id } = wanted;
    Object.assign(usage, { agent, serviceId, ...(id === undefined ? {} : { id }) });
    const work = async () => {
      isRunning = true;
      return { result: undefined, ...(await handle()) };
    };
    const { reserveMs = reserveMsDefault } = hold;
    await hold.billonce.withHold(wanted, work, { recorder: options.recorder, reserveMs });
    return undefined;
  } catch (error) {
    if (!isRunning && isPaid(error)) {
      // The API answers a repeated request again; its usage was billed with the first one.
      await handle().catch(() => nothing);
      return undefined;
    }
    const isRefused = error instanceof BillonceError && passedOn.has(error.status);
    if (isRunning || !isRefused) lose(options, usage, error);
    return isRunning ? undefined : refusalOf(error);
  }
}

/** What an answer is billed for; nothing if it is not billed. */
export async function usedForAnswer<Request, Response>(
  options: MeterOptions<Request, Response>,
  { request, response, status }: Pick<MeteredExchange<Request, Response>, 'request' | 'response' | 'status'>,
): Promise<Used> {
  const isBilled = options.isBilled?.(request, response, status) ?? status < 400;
  return isBilled ? await usedIn(options, request, response) : nothing;
}

/** `undefined`: the request is not billed. */
async function holdRequestOf<Request, Response>(
  { agent: agentOf, service, identity = 'key' }: MeterOptions<Request, Response>,
  { reserve, expiresInMs }: MeterHold<Request>,
  { request, ...begun }: Begun<Request>,
): Promise<HoldRequest | undefined> {
  const [agent, serviceId, ownId] = await Promise.all([
    agentOf(request),
    typeof service === 'function' ? service(request) : service,
    typeof identity === 'function' ? identity(request) : undefined,
  ]);
  if (agent === undefined || serviceId === undefined) return undefined;
  const reserved = await (typeof reserve === 'function' ? reserve(request) : reserve);
  const id = ownId ?? (identity === 'key' ? await usageIdOf(agent, serviceId, begun) : undefined);
  return {
    ...reserved,
    agent,
    serviceId,
    ...(expiresInMs === undefined ? {} : { expiresInMs }),
    ...(id === undefined ? {} : { id }),
  };
}

/** Whether the hold of an earlier request with the same identity was captured. */
function isPaid(error: unknown): boolean {
  return error instanceof BillonceError && error.code === 'hold_ended';
}

function refusalOf(error: unknown): HeldRefusal {
  const known = error instanceof BillonceError ? error : undefined;
  const { status, body } = known ?? {};
  const retryAfter = known?.headers?.get('retry-after');
  const headers = {
    'content-type': 'application/json',
    ...(retryAfter == null ? {} : { 'retry-after': retryAfter }),
  };
  if (status !== undefined && body !== undefined && passedOn.has(status))
    return { status, headers, body: JSON.stringify(body) };
  const message = 'usage could not be reserved; nothing was done';
  return { status: 503, headers, body: JSON.stringify({ error: 'hold_unavailable', message }) };
}

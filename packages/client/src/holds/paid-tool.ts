import type { Billonce } from '../billonce.ts';
import { BillonceError } from '../billonce-error.ts';
import type { HoldRequest } from '../contract/types.ts';
import { sentUse, type Used, usedOf } from '../quantity.ts';
import type { Recorder } from '../recorder/recorder-options.ts';
import { CaptureError } from './capture-error.ts';

/** The result of a tool of an MCP server, as far as it is read here. */
export interface ToolResult {
  readonly isError?: boolean | undefined;
  readonly content: readonly unknown[];
}

/** The result of a refused call. */
interface ToolRefusal {
  isError: true;
  content: { type: 'text'; text: string }[];
}

/**
 * What a tool costs, and who pays. `Args` are the arguments of a call, `Extra` what the SDK of MCP passes beside them.
 */
export interface PaidToolOptions<Args, Extra, Result> {
  readonly billonce: Pick<Billonce, 'withHold'>;
  /** who pays */
  readonly agent: string | ((args: Args, extra: Extra) => string);
  /** what is billed */
  readonly service: string;
  /** how much is reserved before the tool runs; 1 */
  readonly requests?: number | ((args: Args, extra: Extra) => number);
  /** the same in units with decimal places, as a decimal string, in place of `requests` */
  readonly quantity?: string | ((args: Args, extra: Extra) => string);
  /** how much a result took: a number of requests, or a quantity as a decimal string; what was reserved */
  readonly used?: (result: Result, args: Args) => number | string;
  /**
   * Names a call: the same for its repetitions, which have the same arguments. Without a key each call is paid. By
   * default the argument `key`, if the tool has one; where that means something else, give `() => undefined`. Tools with
   * the same service share their keys: if their arguments can be equal, put the name of the tool before the key.
   */
  readonly keyOf?: (args: Args, extra: Extra) => string | undefined;
  /** takes the usage if a capture gets no answer, as in `withHold` */
  readonly recorder?: Pick<Recorder, 'add'> | undefined;
  /** Called when the tool has run and was not paid, or not in full. Without it, it is printed to the standard error output. */
  readonly onUnpaid?: (error: CaptureError) => void;
}

/**
 * Wraps a tool of an MCP server, so that it is paid: it reserves, runs the tool, and captures what it took. A result
 * that is an error, and a tool that throws, cost nothing.
 *
 * A call that is repeated with its key and its arguments after it was paid is not run again, and not charged again. One
 * that is repeated while it runs in this process gets the same result.
 *
 * @example
 * server.registerTool('search', config, paidTool({ billonce, agent: 'agent-7', service: 'search' }, search));
 */
export function paidTool<Args extends object, Extra, Result extends ToolResult>(
  options: PaidToolOptions<Args, Extra, Result>,
  tool: (args: Args, extra: Extra) => Result | Promise<Result>,
): (args: Args, extra: Extra) => Promise<Result | ToolRefusal> {
  const { service, requests = 1, quantity, keyOf = keyArgument } = options;
  const running = new Map<string, Promise<Result | ToolRefusal>>();
  return async (args, extra) => {
    const agent = typeof options.agent === 'function' ? options.agent(args, extra) : options.agent;
    const most = quantity ?? requests;
    const held = usedOf(typeof most === 'function' ? most(args, extra) : most);
    const hold = { agent, serviceId: service, ...sentUse(held) };
    const key = keyOf(args, extra);
    if (key === undefined) return runPaid(options, hold, held, args, () => tool(args, extra));
    // The id covers the arguments: otherwise different calls with one key would be run for the price of one.
    const id = await holdIdOf(agent, service, key, canonicalText(args));
    const begun = running.get(id);
    if (begun !== undefined) return begun;
    const run = runPaid(options, { ...hold, id }, held, args, () => tool(args, extra)).finally(() =>
      running.delete(id),
    );
    running.set(id, run);
    return run;
  };
}

async function runPaid<Args extends object, Extra, Result extends ToolResult>(
  { billonce, used, recorder, onUnpaid }: PaidToolOptions<Args, Extra, Result>,
  hold: HoldRequest,
  held: Used,
  args: Args,
  run: () => Result | Promise<Result>,
): Promise<Result | ToolRefusal> {
  const ran: { hasBegun: boolean; result?: Result } = { hasBegun: false };
  try {
    const work = async () => {
      ran.hasBegun = true;
      const result = await run();
      ran.result = result;
      if (result.isError === true) return { result, requests: 0 };
      const took = used?.(result, args);
      return { result, ...(took === undefined ? held : usedOf(took)) };
    };
    return await billonce.withHold(hold, work, { recorder });
  } catch (error) {
    if (error instanceof BillonceError && !ran.hasBegun) return refusalOf(error);
    if (!(error instanceof CaptureError) || ran.result === undefined) throw error;
    if (onUnpaid === undefined) console.error('billonce: a tool was not paid:', error);
    else onUnpaid(error);
    return ran.result;
  }
}

function refusalOf(error: BillonceError): ToolRefusal {
  return { isError: true, content: [{ type: 'text', text: `${error.code}: ${textOf(error)}` }] };
}

function textOf({ code, message, body }: BillonceError): string {
  if (code === 'insufficient_balance')
    return `the balance is too low: ${String(body?.['available'])} is available, and ${String(body?.['required'])} is needed. The tool was not run.`;
  if (code === 'hold_ended')
    return 'this call was made and paid before with the same key, and its result is not kept. To run the tool again and pay again, use a new key.';
  if (code === 'hold_id_conflict')
    return 'the key was used for another call. Use a new key for new work. The tool was not run.';
  return `${message}. The tool was not run, and nothing was charged.`;
}

function keyArgument(args: object): string | undefined {
  return 'key' in args && typeof args.key === 'string' ? args.key : undefined;
}

/** The arguments as a text that does not depend on the order of their members. */
function canonicalText(args: object): string {
  return JSON.stringify(args, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

async function holdIdOf(...parts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
  return `tool-${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

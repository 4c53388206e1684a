import { checkOptions } from '../core/check-options.ts';
import type { RefusedRequest } from '../core/idempotent-request.ts';
import { type KeyOptions, keyOptionFaults, keyOptionNames } from '../core/key-options.ts';
import type { Operation } from '../core/operation.ts';
import type { IdempotencyOptions } from '../core/options.ts';
import { type Caller, parseTenant } from '../core/scope.ts';
import type { Awaitable } from '../core/store.ts';
import { FetchProtection } from './fetch/fetch-protection.ts';
import { ofCopy, readByCopy, readRequest } from './fetch/read-request.ts';
import { thrownAnswer } from './fetch/thrown-answer.ts';
import { responseOf, withHeader } from './fetch/whole-answer.ts';
import { operationOf, setOperation } from './node/operations.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/**
 * A handler of the Fetch API: a route handler of Next.js, or the `fetch` function of `Bun.serve`, `Deno.serve` and
 * Workers. `Rest` are the arguments that the runtime passes besides the request.
 */
export type FetchHandler<R extends Request = Request, Rest extends readonly unknown[] = []> = (
  request: R,
  ...rest: Rest
) => Response | Promise<Response>;

/** The options of the adapter for handlers of the Fetch API. `tenantOf` or `addressOf` must be given. */
export interface FetchOptions<R extends Request = Request, Rest extends readonly unknown[] = []>
  extends IdempotencyOptions<R>,
    KeyOptions<[request: R, ...rest: Rest]> {
  /**
   * The tenant of a request: a non-empty string, or `undefined` for a request without a tenant. Such a request is
   * refused, unless `addressOf` is given.
   */
  readonly tenantOf?: (request: R, ...rest: Rest) => Awaitable<string | undefined>;
  /**
   * `by-address`: a caller without a tenant is identified by its IP address, from `addressOf`; this is the default if
   * `addressOf` is given
   */
  readonly callers?: 'by-address';
  /** the client's IP address, from the runtime: a `Request` does not contain it */
  readonly addressOf?: (request: R, ...rest: Rest) => Awaitable<string | undefined>;
  /**
   * What is compared instead of the body, if its bytes differ from retry to retry (the boundaries of a form, for
   * example): JSON, text or bytes, computed from a copy of the request. The adapter then does not read the body.
   */
  readonly fingerprintBody?: (request: R, ...rest: Rest) => Awaitable<unknown>;
}

const functionNames = ['tenantOf', 'addressOf', 'fingerprintBody'] as const;
const optionNames = [...functionNames, ...keyOptionNames, 'callers'];

/**
 * Makes a handler of the Fetch API retry-safe. Exceptions of the handler are rethrown, and the key is free again.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * export const POST = idempotent({ store: memoryStore(), tenantOf }, async (request) => Response.json({ id: 1 }));
 */
export function idempotent<R extends Request = Request, Rest extends readonly unknown[] = []>(
  options: FetchOptions<R, Rest>,
  handler: FetchHandler<R, Rest>,
): (request: R, ...rest: Rest) => Promise<Response>;
/**
 * If the functions in the options take only the request, the other arguments of the handler are inferred from the
 * handler.
 */
export function idempotent<R extends Request = Request, Rest extends readonly unknown[] = []>(
  options: FetchOptions<R>,
  handler: FetchHandler<R, Rest>,
): (request: R, ...rest: Rest) => Promise<Response>;
export function idempotent<R extends Request = Request, Rest extends readonly unknown[] = []>(
  options: FetchOptions<R, Rest>,
  handler: FetchHandler<R, Rest>,
): (request: R, ...rest: Rest) => Promise<Response> {
  const protection = new FetchProtection(checkOptions(options, optionNames, faultsOf(options)));

  async function execute(
    request: R,
    rest: Rest,
    operation: Operation,
    about: RefusedRequest,
  ): Promise<Response> {
    setOperation(request, operation);
    let response: Response;
    try {
      response = parseResponse(await handler(request, ...rest));
    } catch (error) {
      if (error instanceof Response) return protection.settle(operation, error, about);
      const answer = thrownAnswer(error);
      const sent = await protection.finish(operation, answer, about);
      if (sent === answer) throw error;
      return responseOf(sent);
    }
    return protection.settle(operation, response, about);
  }

  return async (request, ...rest) => {
    if (!protection.concerns(request)) return handler(request, ...rest);
    const { fingerprintBody, skip, keyOf } = options;
    const begun = await protection.begin(request, {
      outer: operationOf(request),
      source: request,
      skip: skip && (() => skip(request, ...rest)),
      key: typeof keyOf === 'function' ? () => ofCopy(request, (copy) => keyOf(copy, ...rest)) : undefined,
      comparesItself: fingerprintBody !== undefined,
      caller: () => callerOf(options, request, rest),
      read: (bytesMax) =>
        fingerprintBody === undefined
          ? readRequest(request, bytesMax)
          : readByCopy(request, (copy) => fingerprintBody(copy, ...rest)),
    });
    switch (begun.kind) {
      case 'answer':
        return responseOf(begun.response);
      case 'unprotected':
        return handler(request, ...rest);
      case 'proceed':
        return handler(begun.whole.handOver(undefined), ...rest);
      case 'execute': {
        const { whole, operation, about } = begun;
        const response = await execute(whole.handOver(operation), rest, operation, about);
        const echo = protection.echoOf(operation);
        return echo === undefined ? response : withHeader(response, echo);
      }
    }
  };
}

async function callerOf<R extends Request, Rest extends readonly unknown[]>(
  { tenantOf, addressOf }: FetchOptions<R, Rest>,
  request: R,
  rest: Rest,
): Promise<Caller | undefined> {
  const tenant = parseTenant(await tenantOf?.(request, ...rest));
  if (tenant !== undefined) return tenant;
  const address = await addressOf?.(request, ...rest);
  return address === undefined || address === '' ? undefined : { kind: 'ip', address };
}

/** @throws {TypeError} if an untyped handler returned something else */
function parseResponse(response: unknown): Response {
  if (typeof response === 'object' && response !== null && 'headers' in response && 'status' in response) {
    return response as Response;
  }
  throw new TypeError('the handler did not answer with a Response');
}

function faultsOf(
  options: Partial<Record<(typeof functionNames)[number] | 'callers' | 'keyOf' | 'skip', unknown>>,
): readonly string[] {
  const faults = functionNames
    .filter((name) => options[name] !== undefined && typeof options[name] !== 'function')
    .map((name) => `${name} must be a function`);
  faults.push(...keyOptionFaults(options));
  if (options.callers !== undefined && options.callers !== 'by-address')
    faults.push("callers must be 'by-address'");
  if (options.callers !== undefined && options.addressOf === undefined)
    faults.push("callers: 'by-address' needs addressOf: a Request does not know who sends it");
  else if (options.tenantOf === undefined && options.addressOf === undefined) {
    faults.push('tenantOf or addressOf must be given: a Request does not know who sends it');
  }
  return faults;
}

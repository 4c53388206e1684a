import type { Context, Env, MiddlewareHandler } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import { andThen, isPromise } from '../core/awaitable.ts';
import {
  type CallerOptions,
  callerByAddress,
  callerOptionFaults,
  callerOptionNames,
  isForwardedUnheard,
  namedCaller,
  unnamedCallersFault,
} from '../core/caller-options.ts';
import { checkOptions } from '../core/check-options.ts';
import type { RefusedRequest } from '../core/idempotent-request.ts';
import type { KeptResponse } from '../core/kept-response.ts';
import { type KeyOptions, keyOptionFaults, keyOptionNames } from '../core/key-options.ts';
import type { Operation } from '../core/operation.ts';
import type { IdempotencyOptions } from '../core/options.ts';
import type { Caller } from '../core/scope.ts';
import type { Awaitable } from '../core/store.ts';
import { type FetchHead, FetchProtection } from './fetch/fetch-protection.ts';
import { responseOf } from './fetch/whole-answer.ts';
import { lightAnswer, typeOfUntyped } from './hono/light-response.ts';
import { headOf, incomingOf, outgoingOf, readByHono, readContext } from './hono/read-context.ts';
import { addressOfRuntime } from './hono/runtime-address.ts';
import { operationOf, setOperation } from './node/operations.ts';
import { isTimeout } from './node/timeout-error.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** The options of the adapter for Hono. */
export interface HonoOptions<E extends Env = Env>
  extends IdempotencyOptions<Context<E>>,
    CallerOptions<Context<E>>,
    KeyOptions<[context: Context<E>]> {
  /**
   * The address at the other end of the connection. It identifies a caller without a tenant. With `callers:
   * 'by-address'` alone, the adapter uses the socket under `@hono/node-server` and the event on AWS Lambda; on other
   * runtimes set `(c) => getConnInfo(c).remote.address`.
   */
  readonly addressOf?: (context: Context<E>) => Awaitable<string | undefined>;
  /**
   * What is compared instead of the body, if its bytes differ from retry to retry (the boundaries of a form, for
   * example): JSON, text or bytes, read with the methods of `c.req`. The adapter then does not read the body.
   */
  readonly fingerprintBody?: (context: Context<E>) => Awaitable<unknown>;
}

/**
 * Makes the writes of a Hono app or of a route retry-safe.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.use('*', idempotency({ store: memoryStore(), tenantOf }));
 */
export function idempotency<E extends Env = Env>(options: HonoOptions<E>): MiddlewareHandler<E> {
  const faults = [...callerOptionFaults(options), ...keyOptionFaults(options)];
  if (options.addressOf === undefined) faults.push(...unnamedCallersFault(options));
  for (const name of ['addressOf', 'fingerprintBody'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      faults.push(`${name} must be a function`);
  }
  const names = [...callerOptionNames, ...keyOptionNames, 'addressOf', 'fingerprintBody'];
  const protection = new FetchProtection(checkOptions(options, names, faults));

  return async (context, next) => {
    const head = headOf(context);
    if (!protection.concerns(head)) return next();
    const { fingerprintBody, skip, keyOf } = options;
    const begun = await protection.begin(head, {
      outer: operationOf(context),
      source: context,
      requestId: requestIdOf(context),
      skip: skip && (() => skip(context)),
      key: typeof keyOf === 'function' ? () => keyOf(context) : undefined,
      comparesItself: fingerprintBody !== undefined,
      caller: () => callerOf(options, context, head, protection),
      read: (bytesMax) =>
        fingerprintBody === undefined
          ? readContext(context, bytesMax)
          : readByHono(context, () => fingerprintBody(context)),
    });
    switch (begun.kind) {
      case 'answer':
        return answered(context, begun.response);
      case 'unprotected':
        return next();
      case 'proceed':
        context.req.raw = begun.whole.handOver(undefined);
        return next();
      case 'execute': {
        const { operation, about } = begun;
        if (context.finalized || outgoingOf(context)?.headersSent === true) {
          // An outer timeout has answered while the key was being claimed.
          await operation.withdraw();
          return;
        }
        context.req.raw = begun.whole.handOver(operation);
        setOperation(context, operation);
        try {
          await next();
        } catch (error) {
          // Hono answers exceptions, except values that are not an `Error`: those pass through all middleware.
          await protection.finish(operation, thrown, about);
          throw error;
        }
        // Only promises are awaited: each `await` costs as much as a digest.
        const concluding = conclude(context, protection, operation, about);
        if (isPromise(concluding)) await concluding;
        const echo = protection.echoOf(operation);
        if (echo !== undefined) context.header(...echo);
        return;
      }
    }
  };
}

/** The id that `hono/request-id` set. */
function requestIdOf(context: Context): unknown {
  return context.get('requestId');
}

/** The recorded answer of a handler that threw a value that is not an `Error`. */
const thrown: KeptResponse = { status: 500, headers: [], body: '' };

/** Ends an operation with the context's response, and replaces that with what must be sent. */
function conclude(
  context: Context,
  protection: FetchProtection,
  operation: Operation,
  about: RefusedRequest,
): Awaitable<void> {
  if (isAnsweredInFront(context)) return operation.abandon();
  if (isTimeout(context.error)) operation.cutOff();
  const response = context.res;
  const light = lightAnswer(response);
  if (light === undefined) return concludeReal(context, protection, operation, about);
  return andThen(protection.finish(operation, light, about), (sent) => {
    if (sent !== light) replace(context, responseOf(sent, response.headers));
  });
}

async function concludeReal(
  context: Context,
  protection: FetchProtection,
  operation: Operation,
  about: RefusedRequest,
): Promise<void> {
  const response = context.res;
  context.res = undefined;
  const madeUpType = incomingOf(context) === undefined ? undefined : typeOfUntyped;
  context.res = await protection.settle(operation, response, about, madeUpType);
}

/** Setting a response while another one is set would merge the headers of both. */
function replace(context: Context, response: Response): void {
  context.res = undefined;
  context.res = response;
}

/** Whether a timeout outside the protection has answered. The context then has that answer, which is sent already. */
function isAnsweredInFront(context: Context): boolean {
  const outgoing = outgoingOf(context);
  return outgoing === undefined ? context.res.bodyUsed : outgoing.headersSent;
}

function callerOf<E extends Env>(
  options: HonoOptions<E>,
  context: Context<E>,
  head: FetchHead,
  protection: FetchProtection,
): Awaitable<Caller | undefined> {
  const { tenantOf, callers, addressOf } = options;
  // Read first: the socket loses its address when the connection is reset.
  const runtimeAddress = addressOfRuntime(context);
  return andThen(tenantOf?.(context), (tenant) => {
    if (callers === undefined && addressOf === undefined) return namedCaller(tenant, undefined);
    const address = addressOf === undefined ? runtimeAddress : addressOf(context);
    return andThen(address, (peer) => namedCaller(tenant, byAddress(peer, options, head, protection)));
  });
}

function byAddress<E extends Env>(
  peer: string | undefined,
  { addressOf, trustedProxies }: HonoOptions<E>,
  { headers }: FetchHead,
  protection: FetchProtection,
): Caller | undefined {
  const forwardedFor = headers.get('x-forwarded-for') ?? undefined;
  const known = { peer: peer ?? '', framework: undefined, forwardedFor };
  const has = (name: string) => headers.get(name) !== null;
  if (addressOf === undefined && isForwardedUnheard(known, trustedProxies, has)) {
    protection.warn('untrusted_forwarded_header');
  }
  return callerByAddress(known, trustedProxies);
}

/** The response with an answer, with the headers that were set before. */
function answered(context: Context, { status, headers, body }: KeptResponse): Response {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = record[name];
    record[name] = before === undefined ? value : [before, value].flat();
  }
  return context.newResponse(body.length === 0 ? null : bodyOf(body), parseStatus(status), record);
}

/** The body in a type that Hono accepts: bytes that are not in shared memory. */
function bodyOf(body: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? body : new Uint8Array(body);
}

/** Casts a status: it comes from a response of Hono, or is one of ours. */
function parseStatus(status: number): StatusCode {
  return status as StatusCode;
}

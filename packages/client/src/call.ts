import {
  IdempotentFetchError,
  type IdempotentRequestInit,
  idempotencyKeyOf,
} from '@billonce/idempotency/client';
import { keepAnswer } from './answer.ts';
import { BillonceError } from './billonce-error.ts';
import type { BillonceSettings } from './billonce-options.ts';
import { routes } from './contract/routes.ts';
import type { Operations } from './contract/types.ts';
import { parseFailure, parseSuccess } from './parse-answer.ts';

/** The name of an operation of the server. */
export type OperationName = keyof Operations & keyof typeof routes;

/** The options of a call, besides the parts of its operation. */
export interface CallOptions {
  /** the key of the write; without it a UUIDv7 is generated. Reuse it to resend this very call, and for nothing else */
  readonly idempotencyKey?: string;
  /** a name of this one write that the program uses again after a restart; needs a `journal` */
  readonly operation?: string;
  /** how long the call may take, including all attempts and waits, in milliseconds */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** of a settlement: the `etag` of the quote that it must bill */
  readonly ifMatch?: string;
  /** with the admin key: the tenant, instead of that of the client */
  readonly tenant?: string;
}

type Part<N extends OperationName, P extends 'params' | 'query' | 'body'> = Operations[N][P];

/** The parts of a request: path parameters, query and body, as far as the operation has them. */
export type CallParts<N extends OperationName> = (Part<N, 'params'> extends undefined
  ? { readonly params?: undefined }
  : { readonly params: Part<N, 'params'> }) &
  (Part<N, 'query'> extends undefined
    ? { readonly query?: undefined }
    : { readonly query?: Part<N, 'query'> | undefined }) &
  (Part<N, 'body'> extends undefined ? { readonly body?: undefined } : { readonly body: Part<N, 'body'> });

/** The result of an operation. */
export type Success<N extends OperationName> = Operations[N]['success'];

/** Calls an operation by its name. */
export type Call = <N extends OperationName>(
  name: N,
  parts: CallParts<N>,
  options?: CallOptions & { readonly headers?: Readonly<Record<string, string>> },
) => Promise<Success<N>>;

/** A request before it is sent. */
interface Draft {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

/** Creates the function by which every method of the client calls the server. */
export function callerOf(settings: BillonceSettings): Call {
  return async (name, parts, options = {}) => {
    const [method, path] = splitRoute(routes[name]);
    const init = await initOf(settings, method, parts, options);
    const response = await send(settings, settings.baseUrl + addressOf(path, parts), init);
    const idempotencyKey = idempotencyKeyOf(response);
    const text = await response.text();
    if (!response.ok) throw parseFailure(response, text, idempotencyKey);
    const result = parseSuccess<Success<typeof name>>(response, text, idempotencyKey);
    keepAnswer(result, response, idempotencyKey);
    return result;
  };
}

function splitRoute(route: string): readonly [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method, path];
}

function addressOf(path: string, { params = {}, query = {} }: Draft): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segmentOf(name, params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.append(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** A path parameter. URL parsers resolve `..` even when it is encoded, so the call would be another one. */
function segmentOf(name: string, value: string): string {
  if (!['', '.', '..'].includes(value)) return encodeURIComponent(value);
  throw new BillonceError('invalid_request', `${name} must not be "${value}"; nothing was sent`);
}

async function initOf(
  settings: BillonceSettings,
  method: string,
  { body }: Draft,
  { ifMatch, tenant = settings.tenant, headers, ...others }: Parameters<Call>[2] & object,
): Promise<IdempotentRequestInit> {
  const apiKey = typeof settings.apiKey === 'function' ? await settings.apiKey() : settings.apiKey;
  return {
    ...others,
    method,
    headers: {
      accept: 'application/json, text/csv, text/plain;q=0.5',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(tenant === undefined ? {} : { 'x-tenant': tenant }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // The API key must be sent to this server only.
    redirect: 'manual',
  };
}

async function send(
  { idempotentFetch }: BillonceSettings,
  url: string,
  init: IdempotentRequestInit,
): Promise<Response> {
  try {
    return await idempotentFetch(url, init);
  } catch (error) {
    if (!(error instanceof IdempotentFetchError)) throw error;
    const { code, message, attempts, idempotencyKey } = error;
    throw new BillonceError(code, message, { attempts, idempotencyKey, cause: error });
  }
}

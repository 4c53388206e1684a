import type { IncomingMessage } from 'node:http';
import { andThen } from '../../core/awaitable.ts';
import { isPlainObject } from '../../core/canonical-json.ts';
import { isJson, type RequestBody, UnreadableBodyError } from '../../core/request-body.ts';
import type { Awaitable } from '../../core/store.ts';
import { comparedBytes } from './content-coding.ts';
import type { NodeExchange } from './exchange.ts';
import { attachedForm, isWholeForm, uploadedForm } from './uploaded-form.ts';
import { hasBody, readWholeBody } from './whole-body.ts';

/**
 * The form of a request body that is compared.
 *
 * @param fingerprintBody the option of the application
 * @throws {UnreadableBodyError} if the body was read before, and what is left does not identify it
 */
export function comparedBody<Request>(
  exchange: NodeExchange<Request>,
  fingerprintBody: ((request: Request) => unknown) | undefined,
  bytesMax: number,
): Awaitable<RequestBody | 'too_large' | 'broken_off'> {
  const { raw, request } = exchange;
  if (fingerprintBody !== undefined) {
    return andThen(fingerprintBody(request), (value): RequestBody => ({ kind: 'parsed', value }));
  }
  if (!hasBody(raw) && raw.readableLength === 0) return unannounced(raw, exchange.parsedBody());
  // A parser that does not know the media type leaves an empty object, and the body unread.
  if (raw.readableEnded) return consumedBody(exchange);
  return wholeBody(exchange, bytesMax);
}

function consumedBody<Request>(exchange: NodeExchange<Request>): Awaitable<RequestBody> {
  const { raw, request } = exchange;
  const parsed = exchange.parsedBody();
  const form = uploadedForm(request, parsed) ?? attachedForm(request, parsed);
  if (form === undefined) return consumed(raw, parsed);
  return andThen(
    form,
    (value): RequestBody => ({ kind: 'parsed', value, contentType: 'multipart/form-data' }),
  );
}

async function wholeBody<Request>(
  exchange: NodeExchange<Request>,
  bytesMax: number,
): Promise<RequestBody | 'too_large' | 'broken_off'> {
  const { raw } = exchange;
  const read = await readWholeBody(raw, bytesMax);
  if (read.kind === 'consumed') return consumedBody(exchange);
  if (read.kind !== 'whole') return read.kind;
  const { 'content-encoding': coding, 'content-type': contentType } = raw.headers;
  return { kind: 'raw', body: comparedBytes(read.bytes, coding, bytesMax), contentType };
}

/** A serverless bridge may pass a body that no header announces. Some parsers leave an empty object if there is no body. */
function unannounced({ headers }: IncomingMessage, parsedBody: unknown): RequestBody {
  return parsedBody === undefined || parsedBody === null || isEmptyObject(parsedBody)
    ? { kind: 'none' }
    : { kind: 'parsed', value: parsedBody, contentType: headers['content-type'] };
}

function isEmptyObject(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 0;
}

/**
 * Whether a parser left an empty value for a body that it did not read, as body-parser 1 and koa-bodyparser do for
 * types that they do not know. Other code has then read the body.
 */
function leavesNothing(
  { 'content-type': type, 'content-length': length }: IncomingMessage['headers'],
  parsedBody: unknown,
): boolean {
  if (parsedBody !== null && parsedBody !== '' && !isEmptyObject(parsedBody)) return false;
  // An empty form may have any length: `&&`. JSON may have white space.
  if (isJson(type) || type?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true)
    return false;
  // `{}`, `""` and `null` of a type that the application parses as JSON.
  return !(Number(length) <= 4);
}

/** @throws {UnreadableBodyError} if the body was read and part of it is lost */
function consumed({ headers }: IncomingMessage, parsedBody: unknown): RequestBody {
  // Form parsers put the files elsewhere, and two forms may differ only in their files.
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/') === true;
  const isHere = isForm ? isWholeForm(headers, parsedBody) : !leavesNothing(headers, parsedBody);
  if (parsedBody !== undefined && isHere)
    return { kind: 'parsed', value: parsedBody, contentType: headers['content-type'] };
  throw new UnreadableBodyError(
    'the body was read before and is not kept: protect the route before that, or give the option fingerprintBody',
  );
}

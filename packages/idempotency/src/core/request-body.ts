import { canonicalJson, type Json } from './canonical-json.ts';
import { type MemberPath, withoutMembers } from './json-member.ts';
import { comparableParts, isMultipart } from './multipart.ts';
import { withoutTrailing } from './without-trailing.ts';

/** The body of a request, in the form in which an adapter has it. */
export type RequestBody =
  | { readonly kind: 'none' }
  /** as it arrived */
  | { readonly kind: 'raw'; readonly body: string | Uint8Array; readonly contentType: string | undefined }
  /** as a parser left it, which is what the handler reads */
  | { readonly kind: 'parsed'; readonly value: unknown; readonly contentType?: string | undefined };

/** The body has no form that can be compared. */
export class UnreadableBodyError extends TypeError {
  readonly code = 'unreadable_body';
}

/**
 * The form of a body that its fingerprint covers: JSON in canonical form, without the ignored members; everything else
 * as it arrived. A JSON body with a number that a double cannot hold is compared as text: two amounts beyond 2^53 must
 * not become one.
 *
 * @throws {UnreadableBodyError} if a parser left something that is neither text, bytes nor JSON
 */
export function comparableBody(body: RequestBody, ignored: readonly MemberPath[] = []): string | Uint8Array {
  switch (body.kind) {
    case 'none':
      return '';
    case 'raw':
      return comparableRaw(body.body, body.contentType, ignored);
    case 'parsed':
      return comparableValue(withoutMembers(body.value, ignored));
  }
}

/**
 * Like `comparableBody`, preceded by the media type: the same bytes with another type are another request. Parameters
 * are ignored, except a character set that is not UTF-8.
 */
export function comparableTypedBody(
  body: RequestBody,
  ignored: readonly MemberPath[] = [],
): string | Uint8Array {
  const comparable = comparableBody(body, ignored);
  const type = body.kind === 'none' ? '' : mediaType(body.contentType);
  if (type === '') return comparable;
  return typeof comparable === 'string'
    ? `${type}\n${comparable}`
    : Buffer.concat([Buffer.from(`${type}\n`), comparable]);
}

// Almost all requests have one of a few types.
const mediaTypes = new Map<string, string>();
const mediaTypesMax = 100;
const longestType = 100;

function mediaType(contentType: string | undefined): string {
  if (contentType === undefined) return '';
  const known = mediaTypes.get(contentType);
  if (known !== undefined) return known;
  const type = parseMediaType(contentType);
  if (mediaTypes.size >= mediaTypesMax) mediaTypes.clear();
  if (contentType.length <= longestType) mediaTypes.set(contentType, type);
  return type;
}

function parseMediaType(contentType: string): string {
  const [essence = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  return isUtf8 ? essence.trim() : `${essence.trim()};${charset}`;
}

function comparableRaw(
  body: string | Uint8Array,
  contentType: string | undefined,
  ignored: readonly MemberPath[],
): string | Uint8Array {
  if (isJson(contentType)) return comparableJson(body, ignored);
  if (!isMultipart(contentType)) return body;
  return comparableParts(typeof body === 'string' ? Buffer.from(body) : body, contentType) ?? body;
}

function comparableValue(value: unknown): string | Uint8Array {
  if (value === undefined) return '';
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (value instanceof URLSearchParams) return value.toString();
  if (value instanceof FormData) return comparableForm(value);
  try {
    return canonicalJson(parsedJson(value));
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UnreadableBodyError(
      'the parsed body is not JSON, text or bytes: give the option fingerprintBody',
      { cause: error },
    );
  }
}

const jsonType = /^application\/(?:json|[\w.!#$&^+-]+\+json)\s*(?:;|$)/i;

/** Whether a media type is JSON. */
export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && jsonType.test(contentType);
}

function comparableJson(body: string | Uint8Array, ignored: readonly MemberPath[]): string | Uint8Array {
  const text = typeof body === 'string' ? body : decodeUtf8(body);
  if (text === undefined) return body;
  try {
    const value: unknown = mayLoseDigits.test(text) ? JSON.parse(text, refuseLoss) : JSON.parse(text);
    return canonicalJson(parsedJson(withoutMembers(value, ignored)));
  } catch (error) {
    // It is not JSON after all, or cannot be compared as JSON: its text is compared.
    if (error instanceof SyntaxError || error instanceof RangeError) return body;
    throw error;
  }
}

/**
 * Whether a body may be JSON. A handler can parse it regardless of its media type (`await request.json()`), and clients
 * name other types: `fetch` names text/plain, curl a form.
 */
export function mayBeJson(contentType: string | undefined): boolean {
  return contentType === undefined || !/^\s*(?:multipart|image|audio|video|font)\//i.test(contentType);
}

/** The JSON value of a body, regardless of its media type; `undefined` for a body that is not JSON. */
export function parsedJsonOf(body: RequestBody): unknown {
  if (body.kind === 'none') return undefined;
  const content = body.kind === 'parsed' ? body.value : body.body;
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return content;
  const text = typeof content === 'string' ? content : decodeUtf8(content);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/**
 * The character that a buffer writes for bytes that are not UTF-8, and the byte order mark, which a decoder removes.
 */
const doubtful = /^\ufeff|\ufffd/;

function decodeUtf8(bytes: Uint8Array): string | undefined {
  // A buffer takes half the time of a decoder, but it does not report bytes that it replaced.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!doubtful.test(text)) return text;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Only a text with 16 digits in a row, or with an exponent, can contain a number that a double cannot hold. */
const mayLoseDigits = /[\d.]{16}|\d[eE]/;

/** @throws {RangeError} for a number whose text a double does not reproduce */
function refuseLoss(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  if (normalizedDecimal(context.source) !== normalizedDecimal(String(value))) {
    throw new RangeError('a number that a double does not hold');
  }
  return value;
}

/** A decimal number as its significant digits and exponent, so that 1.50, 15e-1 and 1.5 are the same. */
function normalizedDecimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === '') return text;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutTrailing(digits, '0');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** The result of `JSON.parse` or of a body parser; `canonicalJson` refuses a value that is not JSON. */
function parsedJson(value: unknown): Json {
  return value as Json;
}

/** The fields of a form without files, in their order. */
function comparableForm(form: FormData): string {
  const pairs = [...form].map(([name, value]) => {
    if (typeof value === 'string') return [name, value];
    throw new UnreadableBodyError('the form has a file: give the option fingerprintBody');
  });
  return canonicalJson(pairs);
}

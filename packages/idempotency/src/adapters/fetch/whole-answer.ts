import { type KeptHeader, type KeptResponse, receiptHeaders } from '../../core/kept-response.ts';
import { withoutContentCoding } from '../node/content-coding.ts';
import { type BodyStart, joined, readStart } from './bounded-body.ts';

/** A response that was read to its end, or until it was too large to keep. */
export interface WholeAnswer {
  /** as it is kept: without content coding, which is negotiated again for each answer */
  readonly kept: KeptResponse;
  /** the response as its handler made it */
  readonly response: Response;
  /** the body of a response that is too large to keep, as far as it was read */
  readonly start?: BodyStart;
}

/**
 * Reads a response to its end.
 *
 * @param typeOfUntyped the `Content-Type` that the server adds if a body has none
 * @throws the error that its body breaks off with
 */
export async function wholeAnswer(
  response: Response,
  bytesMax: number,
  typeOfUntyped: string | undefined,
): Promise<WholeAnswer> {
  const { status, statusText, headers } = response;
  if (response.body === null) return { kept: { status, headers: [...headers], body: '' }, response };
  const start = await readStart(response.body, bytesMax);
  if (start.rest !== undefined) {
    return {
      kept: keptAnswer(response, new Uint8Array(bytesMax + 1), bytesMax, typeOfUntyped),
      response,
      start,
    };
  }
  const bytes = joined(start.chunks);
  const kept = keptAnswer(response, bytes, bytesMax, typeOfUntyped);
  const sent = new Response(bytes, { status, statusText, headers });
  // The handler set it for a stream; the answer that is sent has a length.
  sent.headers.delete('transfer-encoding');
  return { kept, response: sent };
}

/**
 * A response as it is kept. If it cannot be decoded, or is too large after decoding, it cannot be replayed to a client
 * that does not accept the coding. It is then not kept, like an answer over the limit.
 *
 * @param typeOfUntyped the `Content-Type` that the server adds if a body has none
 */
export function keptAnswer(
  { status, headers }: Response,
  bytes: Uint8Array,
  bytesMax: number,
  typeOfUntyped: string | undefined,
): KeptResponse {
  const pairs: KeptHeader[] = [...headers];
  if (typeOfUntyped !== undefined && !headers.has('content-type'))
    pairs.push(['content-type', typeOfUntyped]);
  const coding = headers.get('content-encoding');
  const body =
    coding === null || bytes.length > bytesMax ? bytes : withoutContentCoding(bytes, coding, bytesMax);
  return { status, headers: pairs, body: body ?? new Uint8Array(bytesMax + 1) };
}

const encoder = new TextEncoder();

/** Statuses whose responses have no body; the constructor of `Response` refuses one (Fetch, section 2.2.3). */
const bodyless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * The response with an answer.
 *
 * @param instead the headers of the response that it replaces: those that do not describe the body are kept
 */
export function responseOf({ status, headers, body }: KeptResponse, instead?: Headers): Response {
  const own = new Headers();
  for (const [name, value] of instead ?? []) {
    if (!isOfTheBody(name)) own.append(name, value);
  }
  for (const [name] of headers) own.delete(name);
  for (const [name, value] of headers) own.append(name, value);
  // As bytes, because a Response adds no Content-Type to them.
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  return new Response(bodyless.has(status) || bytes.length === 0 ? null : bytes, { status, headers: own });
}

/**
 * A response with one more header. Returns a new response, because the headers of some (a redirection, for example)
 * cannot be changed.
 */
export function withHeader(response: Response, [name, value]: KeptHeader): Response {
  try {
    response.headers.set(name, value);
    return response;
  } catch {
    const { status, statusText, body } = response;
    const headers = new Headers(response.headers);
    headers.set(name, value);
    return new Response(body, { status, statusText, headers });
  }
}

function isOfTheBody(name: string): boolean {
  if (name.startsWith('content-security-policy')) return false;
  return (
    name.startsWith('content-') ||
    ['etag', 'last-modified', 'link', 'location', ...receiptHeaders].includes(name)
  );
}

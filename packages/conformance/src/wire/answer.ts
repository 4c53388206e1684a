/** An answer as it arrived; chunks are decoded, nothing else is. */
export interface Answer {
  readonly status: number;
  /** names in lower case, in their order */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The largest answer that is read. */
export const answerBytesMax = 8 * 1024 * 1024;

/** The result of parsing the bytes that have arrived so far. */
export type Parsed =
  | { readonly kind: 'complete'; readonly answer: Answer }
  | { readonly kind: 'partial' }
  | { readonly kind: 'invalid'; readonly reason: string };

const partial: Parsed = { kind: 'partial' };

/** The value of a header, its lines joined; `undefined` if there is none. */
export function headerOf(answer: Answer, name: string): string | undefined {
  const values = answer.headers.filter(([own]) => own === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Whether the answer says that the request succeeded. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/**
 * Parses an answer of HTTP/1.1. Interim answers are skipped.
 *
 * @param isEnded whether the server has closed its side, so that nothing more arrives
 * @see RFC 9112, section 6.3
 */
export function parseAnswer(bytes: Buffer, isEnded: boolean): Parsed {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return isEnded ? { kind: 'invalid', reason: brokenOff(bytes) } : partial;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(statusLine)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return { kind: 'invalid', reason: 'the server does not speak HTTP/1.1' };
  const rest = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) return parseAnswer(rest, isEnded);
  const headers = lines.map(fieldOf);
  const body = bodyOf(status, headers, rest, isEnded);
  if (body === undefined) return isEnded ? { kind: 'invalid', reason: brokenOff(bytes) } : partial;
  return { kind: 'complete', answer: { status, headers, body } };
}

function brokenOff(bytes: Buffer): string {
  return bytes.length === 0
    ? 'the server closed the connection without an answer'
    : 'the connection ended in the middle of the answer';
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** The whole body; `undefined` if some of it is missing. */
function bodyOf(
  status: number,
  headers: Answer['headers'],
  rest: Buffer,
  isEnded: boolean,
): Buffer | undefined {
  if (status === 204 || status === 304) return Buffer.alloc(0);
  const field = (name: string) => headers.find(([own]) => own === name)?.[1];
  if (field('transfer-encoding')?.toLowerCase().includes('chunked') === true) return unchunked(rest);
  const length = field('content-length');
  if (length === undefined) return isEnded ? rest : undefined;
  return rest.length < Number(length) ? undefined : rest.subarray(0, Number(length));
}

/** The data of all chunks; `undefined` if the last one has not arrived. */
function unchunked(bytes: Buffer): Buffer | undefined {
  const data: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (size === 0) return Buffer.concat(data);
    const end = lineEnd + 2 + size;
    if (Number.isNaN(size) || bytes.length < end + 2) return undefined;
    data.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}

import { sha256 } from './digest.ts';

/** The parts of a request that must match in a retry. */
export interface FingerprintInput {
  /** in upper case */
  readonly method: string;
  readonly path: string;
  /** without the question mark; empty when there is none */
  readonly query: string;
  readonly ifMatch: string | undefined;
  /** the values of further headers that are compared, in the order in which the options name them; none by default */
  readonly headers?: readonly (string | undefined)[];
  /** canonical text of a JSON body, or the bytes of any other body; empty if there is none */
  readonly body: string | Uint8Array;
}

/**
 * The fingerprint of a request: SHA-256 over method, path, query (sorted by name, equal names in their order),
 * `If-Match`, the headers that the options name and body, as 64 hexadecimal digits. Each part but the last is preceded
 * by its length, so the end of one part cannot be read as the start of the next.
 */
export function fingerprint(input: FingerprintInput): string {
  const { method, path } = input;
  const head = `${measured(method)}${measured(path)}${measured(sortedQuery(input.query))}${measured(input.ifMatch ?? '')}`;
  // Without such headers the digest equals that of earlier releases.
  const present = othersOf(input.headers) + (input.ifMatch === undefined ? '-' : '+');
  if (typeof input.body === 'string') return sha256(`${head}${present}${input.body}`);
  return sha256(Buffer.concat([Buffer.from(`${head}${present}`), input.body]));
}

function othersOf(headers: FingerprintInput['headers'] = []): string {
  if (headers.length === 0) return '';
  return headers.map((value) => (value === undefined ? '-' : `+${measured(value)}`)).join('');
}

/** A part, preceded by its length. */
function measured(part: string): string {
  return `${part.length}:${part}`;
}

function sortedQuery(query: string): string {
  if (query === '') return '';
  if (hasOtherBytes(query)) return sortedRawQuery(query);
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return parameters.toString();
}

/**
 * Whether a query has percent-encoded bytes that are not UTF-8: `URLSearchParams` replaces them all by the same
 * character.
 */
function hasOtherBytes(query: string): boolean {
  if (!/%[89a-f]/i.test(query)) return false;
  return (query.match(/(?:%[\da-f]{2})+/gi) ?? []).some((bytes) => !isUtf8(bytes));
}

function isUtf8(percentEncoded: string): boolean {
  try {
    decodeURIComponent(percentEncoded);
    return true;
  } catch {
    return false;
  }
}

/** The parameters as they were sent, sorted by name, equal names in their order. */
function sortedRawQuery(query: string): string {
  const nameOf = (parameter: string) => parameter.split('=', 1)[0] ?? '';
  const compare = (one: string, other: string) => {
    const [first, second] = [nameOf(one), nameOf(other)];
    if (first === second) return 0;
    return first < second ? -1 : 1;
  };
  return query.split('&').toSorted(compare).join('&');
}

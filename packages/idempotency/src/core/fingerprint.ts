import { sha256 } from './digest.ts';

/** The parts of a request that say whether a retry is the same request. */
export interface FingerprintInput {
  /** in upper case */
  readonly method: string;
  readonly path: string;
  /** without the question mark; empty when there is none */
  readonly query: string;
  readonly ifMatch: string | undefined;
  /** canonical text of a JSON body, or the bytes of another one; empty when there is none */
  readonly body: string | Uint8Array;
}

/**
 * The fingerprint of a request: SHA-256 over method, path, query (sorted by name, equal names in their order),
 * `If-Match` and body, as 64 hexadecimal digits. Each part but the last is preceded by its length, so that no
 * part can flow into the next.
 */
export function fingerprint(input: FingerprintInput): string {
  const { method, path } = input;
  const head = `${measured(method)}${measured(path)}${measured(sortedQuery(input.query))}${measured(input.ifMatch ?? '')}`;
  const present = input.ifMatch === undefined ? '-' : '+';
  if (typeof input.body === 'string') return sha256(`${head}${present}${input.body}`);
  return sha256(Buffer.concat([Buffer.from(`${head}${present}`), input.body]));
}

/** A part behind its length. */
function measured(part: string): string {
  return `${part.length}:${part}`;
}

function sortedQuery(query: string): string {
  if (query === '') return '';
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return parameters.toString();
}

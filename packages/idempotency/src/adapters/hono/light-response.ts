import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';

/**
 * The answer in a light response of `@hono/node-server`, read without creating a real `Response`. `undefined` for any
 * other response, and for one that streams or has a content coding.
 */
export function lightAnswer(response: Response): KeptResponse | undefined {
  const entry = cacheOf(response);
  if (!Array.isArray(entry) || entry.length !== 3) return undefined;
  const [status, body, headers]: readonly unknown[] = entry;
  return typeof status === 'number' && isAtHand(body) ? answerOf(response, status, body, headers) : undefined;
}

/** The symbol of the last light response: all of them have the same, unless the server was loaded twice. */
let lastSymbol: symbol | undefined;

/** The data that the server keeps in a light response until it creates a real one from it. */
function cacheOf(response: Response): unknown {
  const known: unknown = lastSymbol === undefined ? undefined : Reflect.get(response, lastSymbol);
  if (known !== undefined) return known;
  const symbol = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'cache');
  if (symbol === undefined) return undefined;
  lastSymbol = symbol;
  return Reflect.get(response, symbol);
}

function isAtHand(body: unknown): body is string | Uint8Array | null {
  return typeof body === 'string' || body === null || body instanceof Uint8Array;
}

function answerOf(
  response: Response,
  status: number,
  body: string | Uint8Array | null,
  headers: unknown,
): KeptResponse | undefined {
  const pairs = pairsOf(headers);
  if (pairs === undefined || pairs.some(([name]) => name === 'content-encoding')) return undefined;
  // The server adds nothing to a plain object of headers.
  const isLeftAlone = body === null || !(headers === undefined || headers instanceof Headers);
  if (isLeftAlone || pairs.some(([name]) => name === 'content-type'))
    return { status, headers: pairs, body: body ?? '' };
  // Set now: outer middleware that creates a real response from this one would add a type in another spelling.
  response.headers.set('content-type', typeOfUntyped);
  return { status, headers: [...pairs, ['content-type', typeOfUntyped]], body };
}

/** The type that `@hono/node-server` adds to a body without one. */
export const typeOfUntyped = 'text/plain; charset=UTF-8';

/** The headers, from any of the simple forms that a `Response` accepts; `undefined` for the other forms. */
function pairsOf(headers: unknown): readonly KeptHeader[] | undefined {
  if (headers === undefined) return [];
  if (headers instanceof Headers) return [...headers];
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const pairs: KeptHeader[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') return undefined;
    pairs.push([name.toLowerCase(), value]);
  }
  return pairs;
}

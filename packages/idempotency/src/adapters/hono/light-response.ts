import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';

/**
 * The answer in a light response of `@hono/node-server`, which is what that server will send as long as no real
 * `Response` was made of it: read without making one. `undefined` for every other response, and for one that streams
 * or is coded.
 */
export function lightAnswer(response: Response): KeptResponse | undefined {
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    if (symbol.description !== 'cache') continue;
    const entry: unknown = Reflect.get(response, symbol);
    if (!Array.isArray(entry) || entry.length !== 3) return undefined;
    const [status, body, headers]: readonly unknown[] = entry;
    return typeof status === 'number' && isAtHand(body)
      ? answerOf(status, body ?? '', headers, body === null)
      : undefined;
  }
  return undefined;
}

function isAtHand(body: unknown): body is string | Uint8Array | null {
  return typeof body === 'string' || body === null || body instanceof Uint8Array;
}

function answerOf(
  status: number,
  body: string | Uint8Array,
  headers: unknown,
  isEmpty: boolean,
): KeptResponse | undefined {
  const pairs = pairsOf(headers);
  if (pairs === undefined || pairs.some(([name]) => name === 'content-encoding')) return undefined;
  // To a plain object of headers the server adds nothing.
  const isLeftAlone = isEmpty || !(headers === undefined || headers instanceof Headers);
  const isTyped = isLeftAlone || pairs.some(([name]) => name === 'content-type');
  return { status, headers: isTyped ? pairs : [...pairs, ['content-type', typeOfUntyped]], body };
}

/** What `@hono/node-server` makes up as the type of a body that has none. */
export const typeOfUntyped = 'text/plain; charset=UTF-8';

/** The forms of headers that a `Response` takes, in one; `undefined` for what is read with more trouble. */
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

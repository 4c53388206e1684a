import type { KeptResponse } from '../core/kept-response.ts';

/** What JSON leaves of a value: a `Date` becomes a string. */
export type AsJson<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends { toJSON(): infer Plain }
      ? AsJson<Plain>
      : T extends ((...args: never) => unknown) | bigint | symbol
        ? never
        : { [Name in keyof T]: AsJson<T[Name]> };

/** A result as it is kept: an answer whose body is JSON; empty for `undefined`. Gives `undefined` for what is no JSON. */
export function encodeResult(value: unknown): KeptResponse | undefined {
  const text = value === undefined ? '' : jsonOf(value);
  return text === undefined ? undefined : { status: 200, headers: [], body: text };
}

function jsonOf(value: unknown): string | undefined {
  try {
    // Of a function or a symbol `stringify` gives nothing; a bigint or a circle makes it throw.
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a result back: `T` is what was encoded under this key, and so is the type. */
export function parseResult<T>({ body }: KeptResponse): AsJson<T> {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString();
  return (text === '' ? undefined : JSON.parse(text)) as AsJson<T>;
}

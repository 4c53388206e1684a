import type { KeptResponse } from '../core/kept-response.ts';

/** What JSON keeps of a value: a `Date` becomes a string. */
export type AsJson<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends { toJSON(): infer Plain }
      ? AsJson<Plain>
      : T extends ((...args: never) => unknown) | bigint | symbol
        ? never
        : { [Name in keyof T]: AsJson<T[Name]> };

/** A result as it is kept: an answer whose body is JSON; empty for `undefined`. Returns `undefined` if it is not JSON. */
export function encodeResult(value: unknown): KeptResponse | undefined {
  const text = value === undefined ? '' : jsonOf(value);
  return text === undefined ? undefined : { status: 200, headers: [], body: text };
}

function jsonOf(value: unknown): string | undefined {
  try {
    // For a function or a symbol `stringify` returns undefined; for a bigint or a circular value it throws.
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes a result: `T` is the type that was encoded under this key. */
export function parseResult<T>({ body }: KeptResponse): AsJson<T> {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString();
  return (text === '' ? undefined : JSON.parse(text)) as AsJson<T>;
}

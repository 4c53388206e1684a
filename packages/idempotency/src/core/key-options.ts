import type { Awaitable } from './store.ts';
import { misspelledKeyHeaders } from './warning.ts';

/**
 * Where the key of a request is: in another header, in a member of a JSON body (a list of names leads to a nested
 * member), or what a function returns.
 */
export type KeyOf<Args extends readonly unknown[]> =
  | { readonly header: string }
  | { readonly body: string | readonly string[] }
  | ((...args: Args) => Awaitable<string | undefined>);

/** Which requests have a key, and where it is: options of every adapter. `Args` are the arguments of their functions. */
export interface KeyOptions<Args extends readonly unknown[]> {
  /** where the key is; by default in the header `Idempotency-Key` */
  readonly keyOf?: KeyOf<Args>;
  /** whether to leave a request alone, even if it has a key or must have one */
  readonly skip?: (...args: Args) => Awaitable<boolean>;
}

/** The names of those options. */
export const keyOptionNames = ['keyOf', 'skip'] as const;

/** The place of keys, as resolved at start. */
export type KeyPlace =
  | {
      readonly kind: 'header';
      readonly header: string;
      readonly name: string;
      readonly lookalikes: readonly string[];
    }
  | {
      readonly kind: 'member';
      readonly path: readonly string[];
      readonly name: string;
      readonly lookalikes: readonly string[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly lookalikes: readonly string[] };

const standardHeader = 'Idempotency-Key';

/** The place of keys if no option sets it. */
export const standardPlace: KeyPlace = headerPlace(standardHeader);

/** `keyOf` returned something other than a key or `undefined`, or `skip` something other than true or false. */
export class InvalidKeyError extends TypeError {
  readonly code = 'invalid_key';
}

/** The mistakes in those options. */
export function keyOptionFaults({
  keyOf,
  skip,
  fingerprintBody,
}: Readonly<Partial<Record<'keyOf' | 'skip' | 'fingerprintBody', unknown>>>): readonly string[] {
  const faults: string[] = [];
  if (skip !== undefined && typeof skip !== 'function') faults.push('skip must be a function');
  if (keyOf === undefined || typeof keyOf === 'function') return faults;
  const place = placeOf(keyOf);
  if (place === undefined) {
    faults.push(
      'keyOf must be a function, { header: the name of a header } or { body: the path of a member }',
    );
  } else if (place.kind === 'member' && fingerprintBody !== undefined) {
    faults.push('keyOf must be a function where fingerprintBody is given: the body is not read then');
  }
  return faults;
}

/** The place of keys, from options without mistakes. */
export function keyPlace(keyOf: unknown): KeyPlace {
  return placeOf(keyOf) ?? standardPlace;
}

function placeOf(keyOf: unknown): KeyPlace | undefined {
  if (typeof keyOf === 'function') {
    return {
      kind: 'function',
      name: 'idempotency key',
      lookalikes: [standardHeader.toLowerCase(), ...misspelledKeyHeaders],
    };
  }
  if (typeof keyOf !== 'object' || keyOf === null || Object.keys(keyOf).length !== 1) return undefined;
  if ('header' in keyOf) {
    const { header } = keyOf;
    return typeof header === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(header)
      ? headerPlace(header)
      : undefined;
  }
  const path: unknown = 'body' in keyOf && (typeof keyOf.body === 'string' ? [keyOf.body] : keyOf.body);
  return isPath(path)
    ? {
        kind: 'member',
        path,
        name: path.join('.'),
        lookalikes: [standardHeader.toLowerCase(), ...misspelledKeyHeaders],
      }
    : undefined;
}

function isPath(path: unknown): path is readonly string[] {
  return (
    Array.isArray(path) && path.length > 0 && path.every((name) => typeof name === 'string' && name !== '')
  );
}

/** A request without this header, but with one of a similar name, has most likely misspelled it. */
function headerPlace(name: string): KeyPlace {
  const header = name.toLowerCase();
  const own = header.startsWith('x-') ? header.slice(2) : `x-${header}`;
  const lookalikes = new Set([standardHeader.toLowerCase(), own, ...misspelledKeyHeaders]);
  lookalikes.delete(header);
  return { kind: 'header', header, name, lookalikes: [...lookalikes] };
}

/** The value of a member of a JSON body; `undefined` if there is none. */
export function memberOf(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** @throws {InvalidKeyError} if it is neither a string nor `undefined` */
export function parseReturnedKey(key: unknown): string | undefined {
  if (key === undefined || typeof key === 'string') return key;
  const given = key === null ? 'null' : `a value of type ${typeof key}`;
  throw new InvalidKeyError(`keyOf must return a string or undefined, and returned ${given}`);
}

/** @throws {InvalidKeyError} if it is neither true nor false */
export function parseSkip(skip: unknown): boolean {
  if (typeof skip === 'boolean') return skip;
  throw new InvalidKeyError(`skip must return true or false, and returned a value of type ${typeof skip}`);
}

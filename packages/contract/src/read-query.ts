import type { Static, TSchema } from 'typebox';
import { compileReader, type PartReader } from './read-part.ts';

/**
 * Compiles a schema into a function that reads a query string, whose values are all texts: those of integers are read
 * as integers first, those that are `x-clamped` are brought within their bounds, and an empty text of one that is
 * `x-empty-is-absent` counts as not sent.
 */
export function compileQueryReader<S extends TSchema>(schema: S): PartReader<Static<S>> {
  const read = compileReader(schema);
  const integers = integersOf(schema);
  const optional = membersWith(schema, 'x-empty-is-absent');
  return (query, context) => read(withIntegers(withoutEmpty(query, optional), integers), context);
}

/** A form with an empty field asks for no filter. */
function withoutEmpty(query: unknown, optional: ReadonlySet<string>): unknown {
  if (typeof query !== 'object' || query === null || optional.size === 0) return query;
  return Object.fromEntries(
    Object.entries(query).filter(([name, value]) => value !== '' || !optional.has(name)),
  );
}

function membersWith(schema: TSchema, keyword: string): ReadonlySet<string> {
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return new Set();
  const named = Object.entries(properties).filter(([, member]) => Reflect.get(member, keyword) === true);
  return new Set(named.map(([name]) => name));
}

type ReadInteger = (text: string) => unknown;

function withIntegers(query: unknown, integers: ReadonlyMap<string, ReadInteger>): unknown {
  if (typeof query !== 'object' || query === null) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' ? (integers.get(name)?.(value) ?? value) : value,
    ]),
  );
}

function integersOf(schema: TSchema): ReadonlyMap<string, ReadInteger> {
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return new Map();
  return new Map(
    Object.entries(properties)
      .filter(([, member]) => Reflect.get(member, 'type') === 'integer')
      .map(([name, member]) => [
        name,
        Reflect.get(member, 'x-clamped') === true ? clamped(member) : plainInteger,
      ]),
  );
}

function plainInteger(text: string): unknown {
  return /^\d{1,16}$/.test(text) ? Number(text) : text;
}

/** A bound on what is answered cannot do harm, so it is brought within its own bounds rather than refused. */
function clamped(schema: TSchema): ReadInteger {
  const {
    minimum,
    maximum,
    default: fallback,
  }: { minimum?: unknown; maximum?: unknown; default?: unknown } = schema;
  return (text) => {
    const number = text === '' ? Number.NaN : Math.trunc(Number(text));
    if (!Number.isFinite(number)) return fallback;
    return Math.min(Math.max(number, Number(minimum)), Number(maximum));
  };
}

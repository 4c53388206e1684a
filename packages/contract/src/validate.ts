import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { explanationOf } from './schemas/explained-pattern.ts';

/** One fault of a request: where it is (a JSON pointer, RFC 6901) and what is wrong with it. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** The outcome of holding a value against a schema. */
export type Validated<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] };

const faultsMax = 20;
const tooDeep = { kind: 'invalid', faults: [{ pointer: '', message: 'is nested too deeply' }] } as const;

/** Compiles a schema into a function that checks a value against it and lists each fault with its place. */
export function compileValidator<S extends TSchema>(schema: S): (value: unknown) => Validated<Static<S>> {
  const compiled = Compile(schema);
  return (value) => {
    try {
      if (compiled.Check(value)) return { kind: 'valid', value };
      return { kind: 'invalid', faults: compiled.Errors(value).flatMap(describe).slice(0, faultsMax) };
    } catch (error) {
      // Whether items are unique is looked at before their types are, and all the way down.
      if (error instanceof RangeError) return tooDeep;
      throw error;
    }
  };
}

/**
 * The same for a query string, whose values are all texts: those of integer members are read as integers first.
 */
export function compileQueryValidator<S extends TSchema>(
  schema: S,
): (query: unknown) => Validated<Static<S>> {
  const validate = compileValidator(schema);
  const integers = integerMembers(schema);
  return (query) => validate(withIntegers(query, integers));
}

function withIntegers(query: unknown, integers: ReadonlySet<string>): unknown {
  if (typeof query !== 'object' || query === null) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      integers.has(name) && typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value,
    ]),
  );
}

function integerMembers(schema: TSchema): ReadonlySet<string> {
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return new Set();
  return new Set(
    Object.entries(properties)
      .filter(([, member]) => Reflect.get(member, 'type') === 'integer')
      .map(([name]) => name),
  );
}

interface CheckError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function describe(error: CheckError): Fault[] {
  switch (error.keyword) {
    // Reported a second time, with all names, as 'additionalProperties'.
    case 'boolean':
      return [];
    case 'additionalProperties':
      return names(error.params, 'additionalProperties').map((name) => ({
        pointer: `${error.instancePath}/${escapePointer(name)}`,
        message: 'is not a member of this request',
      }));
    case 'required':
      return names(error.params, 'requiredProperties').map((name) => ({
        pointer: `${error.instancePath}/${escapePointer(name)}`,
        message: 'is required',
      }));
    case 'pattern':
      return [{ pointer: error.instancePath, message: patternMessage(error) }];
    case 'format':
      return [{ pointer: error.instancePath, message: formatMessage(error) }];
    default:
      return [{ pointer: error.instancePath, message: error.message }];
  }
}

/** A client reads a sentence, not a regular expression. */
function patternMessage({ params, message }: CheckError): string {
  return explanationOf(Reflect.get(params, 'pattern')) ?? message;
}

function formatMessage({ params, message }: CheckError): string {
  switch (Reflect.get(params, 'format')) {
    case 'date-time':
      return 'must be an existing date and time';
    case 'storable-text':
      return 'must not contain U+0000 or lone surrogates';
    default:
      return message;
  }
}

function names(params: object, list: string): readonly string[] {
  const value: unknown = Reflect.get(params, list);
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string').map(shorten) : [];
}

/** A name comes from the client: it is shown, but not at any length. */
function shorten(name: string): string {
  return name.length <= 64 ? name : `${name.slice(0, 64)}…`;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

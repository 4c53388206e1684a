import type { Static, TSchema } from 'typebox';
import type { IgnoredNames } from './ignored-names.ts';
import { compileReader, type PartReader } from './read-part.ts';
import { validatorOf } from './validate.ts';

/**
 * Compiles a schema into a function that reads a query string, whose values are all texts. Values of integer parameters
 * are read as integers first. Values of parameters with `x-clamped` are brought within their bounds. A parameter with
 * `x-ignored-if-invalid` is left out and listed as ignored if its value is invalid; an empty value of it counts as not
 * sent.
 */
export function compileQueryReader<S extends TSchema>(schema: S): PartReader<Static<S>> {
  const read = compileReader(schema);
  const parameters = parametersOf(schema);
  return (query, context) => read(prepared(query, parameters, context.ignored), context);
}

/** How a parameter is prepared before it is checked against the schema. */
interface Parameter {
  readonly read: (sent: unknown) => unknown;
  /** for a filter that is ignored if it is not valid */
  readonly isValid?: (value: unknown) => boolean;
}

function prepared(
  query: unknown,
  parameters: ReadonlyMap<string, Parameter>,
  ignored: IgnoredNames,
): unknown {
  if (typeof query !== 'object' || query === null || parameters.size === 0) return query;
  const kept: [string, unknown][] = [];
  for (const [name, sent] of Object.entries(query)) {
    const { read, isValid } = parameters.get(name) ?? asSent;
    const value = read(sent);
    if (isValid === undefined || isValid(value)) kept.push([name, value]);
    // An empty field of a form is not a filter.
    else if (sent !== '') ignored.add('', name, 'is not a valid value of this filter');
  }
  return Object.fromEntries(kept);
}

const asSent: Parameter = { read: (sent) => sent };

function parametersOf(schema: TSchema): ReadonlyMap<string, Parameter> {
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return new Map();
  return new Map(Object.entries(properties).map(([name, member]) => [name, parameterOf(member)]));
}

function parameterOf(schema: TSchema): Parameter {
  const isInteger = Reflect.get(schema, 'type') === 'integer';
  if (Reflect.get(schema, 'x-clamped') === true) return { read: clamped(schema) };
  if (Reflect.get(schema, 'x-ignored-if-invalid') === true) {
    return { read: isInteger ? bound(schema) : asSent.read, isValid: validatorOf(schema).isValid };
  }
  return isInteger ? { read: plainInteger } : asSent;
}

function plainInteger(sent: unknown): unknown {
  return typeof sent === 'string' && /^\d{1,16}$/.test(sent) ? Number(sent) : sent;
}

/** A limit on the answer cannot do harm, so a value out of bounds is brought within them instead of refused. */
function clamped(schema: TSchema): (sent: unknown) => unknown {
  const fallback: unknown = Reflect.get(schema, 'default');
  const within = withinBounds(schema);
  return (sent) => {
    const first: unknown = Array.isArray(sent) ? sent[0] : sent;
    if (typeof first !== 'string') return first;
    const number = first === '' ? Number.NaN : Math.trunc(Number(first));
    return Number.isFinite(number) ? within(number) : fallback;
  };
}

/** An integer in any spelling. No value exists beyond the bounds, so such an integer means the same as the bound. */
function bound(schema: TSchema): (sent: unknown) => unknown {
  const within = withinBounds(schema);
  return (sent) => {
    const number = typeof sent === 'string' && sent !== '' ? Number(sent) : Number.NaN;
    return Number.isInteger(number) ? within(number) : sent;
  };
}

function withinBounds(schema: TSchema): (number: number) => number {
  const { minimum, maximum }: { minimum?: unknown; maximum?: unknown } = schema;
  return (number) => Math.min(Math.max(number, Number(minimum)), Number(maximum));
}

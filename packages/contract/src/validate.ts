import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { pointerTo } from './pointer.ts';
import { explanationOf } from './schemas/explained-pattern.ts';
import { compileSizeCheck } from './size-bounds.ts';

/** One fault of a request: where it is (a JSON pointer, RFC 6901) and what is wrong with it. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** What came of checking a value against a schema. */
export type Validated<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] };

export const faultsMax = 20;
Settings.Set({ maxErrors: faultsMax });

/** How much of a long list is looked at before all of it: TypeBox goes on to the end, however many faults it has found. */
const prefixLengths = [32, 1_024] as const;
const tooDeep = { kind: 'invalid', faults: [{ pointer: '', message: 'is nested too deeply' }] } as const;

/** Checks values against one schema. */
export interface Validator<T> {
  /** Whether a value keeps to the schema; it costs little. */
  isValid(value: unknown): value is T;
  /** A list that is longer than the schema allows: looked at before everything else. */
  tooLong(value: unknown): Validated<never> | undefined;
  /** The same as `isValid`, with the faults of a value that does not keep to the schema. */
  validate(value: unknown): Validated<T>;
}

/** Compiles a schema into a function that checks a value against it and lists each fault with its place. */
export function compileValidator<S extends TSchema>(schema: S): (value: unknown) => Validated<Static<S>> {
  return validatorOf(schema).validate;
}

export function validatorOf<S extends TSchema>(schema: S): Validator<Static<S>> {
  const compiled = Compile(schema);
  const sizeCheck = compileSizeCheck(schema);
  const tooLong = (value: unknown): Validated<never> | undefined => {
    const fault = sizeCheck?.(value, '');
    return fault && { kind: 'invalid', faults: [fault] };
  };
  return {
    tooLong,
    isValid(value): value is Static<S> {
      try {
        return tooLong(value) === undefined && compiled.Check(value);
      } catch (error) {
        // Whether items are unique is looked at before their types are, and all the way down.
        if (error instanceof RangeError) return false;
        throw error;
      }
    },
    validate(value) {
      try {
        const long = tooLong(value);
        if (long !== undefined) return long;
        if (compiled.Check(value)) return { kind: 'valid', value };
        return { kind: 'invalid', faults: firstFaults(value, (part) => compiled.Errors(part)) };
      } catch (error) {
        if (error instanceof RangeError) return tooDeep;
        throw error;
      }
    },
  };
}

/** The first faults of a value: of the beginnings of its lists, if these have enough of them. */
function firstFaults(value: unknown, errors: (value: unknown) => readonly CheckError[]): Fault[] {
  for (const length of prefixLengths) {
    const part = withListsCut(value, length);
    if (part === value) break;
    const faults = errors(part).flatMap(describe);
    if (faults.length >= faultsMax) return faults.slice(0, faultsMax);
  }
  return errors(value).flatMap(describe).slice(0, faultsMax);
}

/** An object whose lists have at most so many items; the same one if none has more. */
function withListsCut(value: unknown, length: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  if (!members.some(([, member]) => Array.isArray(member) && member.length > length)) return value;
  return Object.fromEntries(
    members.map(([name, member]) => [name, Array.isArray(member) ? member.slice(0, length) : member]),
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
        pointer: pointerTo(error.instancePath, name),
        message: 'is not a member of this request',
      }));
    case 'required':
      return names(error.params, 'requiredProperties').map((name) => ({
        pointer: pointerTo(error.instancePath, name),
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
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { type CheckError, type Fault, faultsFrom } from './fault-messages.ts';
import { compileGroupCheck } from './one-of-members.ts';
import { compileSizeCheck } from './size-bounds.ts';

export type { Fault } from './fault-messages.ts';

/** The result of checking a value against a schema. */
export type Validated<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] };

export const faultsMax = 20;
Settings.Set({ maxErrors: faultsMax });

/**
 * How many items of a long list are checked before the whole list: TypeBox checks to the end, no matter how many faults
 * it has found.
 */
const prefixLengths = [32, 1_024] as const;
const tooDeep = { kind: 'invalid', faults: [{ pointer: '', message: 'is nested too deeply' }] } as const;

/** Checks values against one schema. */
export interface Validator<T> {
  /** Whether a value matches the schema; a cheap check. */
  isValid(value: unknown): value is T;
  /** The fault of a list that is longer than the schema allows; checked before everything else. */
  tooLong(value: unknown): Validated<never> | undefined;
  /** The same as `isValid`, with the faults of a value that does not match the schema. */
  validate(value: unknown): Validated<T>;
}

/** Compiles a schema into a function that checks a value against it and lists each fault with its place. */
export function compileValidator<S extends TSchema>(schema: S): (value: unknown) => Validated<Static<S>> {
  return validatorOf(schema).validate;
}

export function validatorOf<S extends TSchema>(schema: S): Validator<Static<S>> {
  const compiled = Compile(schema);
  const sizeCheck = compileSizeCheck(schema);
  const groupCheck = compileGroupCheck(schema);
  const tooLong = (value: unknown): Validated<never> | undefined => {
    const fault = sizeCheck?.(value, '');
    return fault && { kind: 'invalid', faults: [fault] };
  };
  return {
    tooLong,
    isValid(value): value is Static<S> {
      try {
        return tooLong(value) === undefined && compiled.Check(value) && groupCheck?.(value) === undefined;
      } catch (error) {
        // TypeBox checks whether items are unique before it checks their types, at any depth of nesting.
        if (error instanceof RangeError) return false;
        throw error;
      }
    },
    validate(value) {
      try {
        const long = tooLong(value);
        if (long !== undefined) return long;
        const fault = groupCheck?.(value);
        const isMember = compiled.Check(value);
        if (isMember && fault === undefined) return { kind: 'valid', value };
        const faults = isMember ? [] : firstFaults(value, (part) => compiled.Errors(part));
        return {
          kind: 'invalid',
          faults: fault === undefined ? faults : [...faults, fault].slice(0, faultsMax),
        };
      } catch (error) {
        if (error instanceof RangeError) return tooDeep;
        throw error;
      }
    },
  };
}

/** The first faults of a value. Only the beginnings of its lists are checked if these have enough faults. */
function firstFaults(value: unknown, errors: (value: unknown) => readonly CheckError[]): Fault[] {
  for (const length of prefixLengths) {
    const part = withListsCut(value, length);
    if (part === value) break;
    const faults = faultsFrom(errors(part));
    if (faults.length >= faultsMax) return faults.slice(0, faultsMax);
  }
  return faultsFrom(errors(value)).slice(0, faultsMax);
}

/** An object whose lists are cut to a length; the same object if no list is longer. */
function withListsCut(value: unknown, length: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  if (!members.some(([, member]) => Array.isArray(member) && member.length > length)) return value;
  return Object.fromEntries(
    members.map(([name, member]) => [name, Array.isArray(member) ? member.slice(0, length) : member]),
  );
}

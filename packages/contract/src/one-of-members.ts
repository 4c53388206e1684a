import type { TSchema } from 'typebox';
import type { Fault } from './fault-messages.ts';

/** Reports the member of a group that an object lacks, or has in addition to another one. */
export type GroupCheck = (value: unknown) => Fault | undefined;

/**
 * Compiles the groups of members of which an object has one: exactly one of `x-exactly-one`, none or one of
 * `x-at-most-one`. These are not `oneOf`: its faults name the failed branch instead of what a client has to do, and
 * code that is generated from the document would have a type for each branch. `undefined` if the schema has no group.
 */
export function compileGroupCheck(schema: TSchema): GroupCheck | undefined {
  const [exactly, atMost] = [namesIn(schema, 'x-exactly-one'), namesIn(schema, 'x-at-most-one')];
  const [first, ...others] = exactly;
  const names = first === undefined ? atMost : exactly;
  if (names.length === 0) return undefined;
  const required: Fault = {
    pointer: `/${first}`,
    message: `is required, or ${others.join(' or ')}`,
  };
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const [found, second] = names.filter((name) => Object.hasOwn(value, name));
    if (found === undefined) return first === undefined ? undefined : required;
    if (second === undefined) return undefined;
    return { pointer: `/${second}`, message: `must not be sent together with ${found}` };
  };
}

function namesIn(schema: TSchema, keyword: string): readonly string[] {
  const names: unknown = Reflect.get(schema, keyword);
  return Array.isArray(names) ? names.map(String) : [];
}

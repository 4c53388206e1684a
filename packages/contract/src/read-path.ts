import type { Static, TSchema } from 'typebox';
import { type Fault, type Validated, validatorOf } from './validate.ts';

/** The result of reading a path; `unknown`: no existing object can have such a name. */
export type ReadPath<T> = Validated<T> | { readonly kind: 'unknown' };

/**
 * Compiles a schema into a function that reads the parameters of a path. An invalid parameter with
 * `x-not-found-if-invalid` names no existing object: the client gets "not found", not a fault about the form of our
 * ids.
 */
export function compilePathReader<S extends TSchema>(schema: S): (params: unknown) => ReadPath<Static<S>> {
  const { validate } = validatorOf(schema);
  const properties: object = Reflect.get(schema, 'properties') ?? {};
  const isUnknown = ({ pointer }: Fault) =>
    Reflect.get(Reflect.get(properties, pointer.slice(1)) ?? {}, 'x-not-found-if-invalid') === true;
  return (params) => {
    const validated = validate(params);
    if (validated.kind === 'invalid' && validated.faults.some(isUnknown)) return { kind: 'unknown' };
    return validated;
  };
}

import type { TSchema } from 'typebox';
import { pointerTo } from './pointer.ts';

/** A list that is too long: where it is, and what is wrong with it. */
interface TooLong {
  readonly pointer: string;
  readonly message: string;
}

/** Looks for a list that is longer than its schema allows: its place and its bound. */
export type SizeCheck = (value: unknown, at: string) => TooLong | undefined;

/**
 * Compiles the bounds on the lengths of lists in a schema; `undefined` if there are none. They are checked before
 * anything else: a validator checks every item of a list before it reports that there are too many.
 */
export function compileSizeCheck(schema: TSchema): SizeCheck | undefined {
  return sizeCheckOf(schema);
}

function sizeCheckOf(schema: unknown): SizeCheck | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const items: unknown = Reflect.get(schema, 'items');
  if (items !== undefined) return listCheck(Reflect.get(schema, 'maxItems'), sizeCheckOf(items));
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return undefined;
  const members = Object.entries(properties).flatMap(([name, member]) => {
    const check = sizeCheckOf(member);
    return check === undefined ? [] : [{ name, check }];
  });
  return members.length === 0 ? undefined : membersCheck(members);
}

function listCheck(bound: unknown, item: SizeCheck | undefined): SizeCheck | undefined {
  const max = typeof bound === 'number' ? bound : Number.POSITIVE_INFINITY;
  if (item === undefined && max === Number.POSITIVE_INFINITY) return undefined;
  return (value, at) => {
    if (!Array.isArray(value)) return undefined;
    if (value.length > max) return { pointer: at, message: `must not have more than ${max} items` };
    if (item === undefined) return undefined;
    for (const [index, element] of value.entries()) {
      const fault = item(element, `${at}/${index}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

function membersCheck(members: readonly { readonly name: string; readonly check: SizeCheck }[]): SizeCheck {
  return (value, at) => {
    if (typeof value !== 'object' || value === null) return undefined;
    for (const { name, check } of members) {
      const fault = check(Reflect.get(value, name), pointerTo(at, name));
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

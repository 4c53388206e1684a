import type { Static, TSchema } from 'typebox';
import type { IgnoredNames } from './ignored-names.ts';
import { type KnownName, knownName, nearMiss, otherWordFor } from './near-miss.ts';
import { pointerTo } from './pointer.ts';
import { type Fault, faultsMax, type Validated, validatorOf } from './validate.ts';

/** The facts about the rest of a request that reading one of its parts needs. */
export interface ReadContext {
  /** collects the names that are ignored */
  readonly ignored: IgnoredNames;
  /** where the part is in its request, as a JSON pointer: ignored names are listed from there, faults are not */
  readonly place?: string;
  /** names of other parts of the request that were not sent: a name that is unknown here may be meant for them */
  readonly elsewhere?: () => readonly KnownName[];
}

/** Reads a part of a request: unknown members are left out, and the rest must match the schema. */
export type PartReader<T> = (value: unknown, context: ReadContext) => Validated<T>;

/** The most unknown members of one object. More are refused, because each costs time. */
const unknownMax = 100;
/** The most unknown members of a whole request: two for each item of the largest bulk. */
const unknownInAllMax = 20_000;

/**
 * Compiles a schema into a function that reads a body. Unknown members are left out and listed as ignored. A member
 * that seems to be a misspelling of a known name is a fault: a guard must not be lost to a typo.
 */
export function compileReader<S extends TSchema>(schema: S): PartReader<Static<S>> {
  const validator = validatorOf(schema);
  const shape = shapeOf(schema);
  return (value, context) => {
    // The usual request has only known members, and is not copied.
    if (validator.isValid(value)) return { kind: 'valid', value };
    if (shape === undefined) return validator.validate(value);
    const tooLong = validator.tooLong(value);
    if (tooLong !== undefined) return tooLong;
    const faults: Fault[] = [];
    const trimmed = trim(shape, value, { ...context, at: '', faults });
    const validated = validator.validate(trimmed);
    if (faults.length === 0) return validated;
    const more = validated.kind === 'invalid' ? validated.faults : [];
    return { kind: 'invalid', faults: [...faults, ...more].slice(0, faultsMax) };
  };
}

/** The names at the top of a schema. */
export function namesOf(schema: TSchema | undefined): readonly string[] {
  const shape = shapeOf(schema);
  return shape?.kind === 'object' ? [...shape.members.keys()] : [];
}

/** The part of a schema that has names: objects without additional properties, and lists of them. */
type Shape =
  | {
      readonly kind: 'object';
      readonly known: readonly KnownName[];
      readonly members: ReadonlyMap<string, Shape | undefined>;
    }
  | { readonly kind: 'list'; readonly items: Shape };

function shapeOf(schema: unknown): Shape | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const items = shapeOf(Reflect.get(schema, 'items'));
  if (items !== undefined) return { kind: 'list', items };
  const properties: unknown = Reflect.get(schema, 'properties');
  if (Reflect.get(schema, 'additionalProperties') !== false) return undefined;
  if (typeof properties !== 'object' || properties === null) return undefined;
  const entries = Object.entries(properties);
  const members = new Map(entries.map(([name, member]) => [name, shapeOf(member)]));
  return { kind: 'object', known: entries.flatMap(([name, member]) => knownNames(name, member)), members };
}

/** A member under its name, and under the words that its schema gives for it. */
function knownNames(name: string, member: unknown): KnownName[] {
  const words: unknown =
    typeof member === 'object' && member !== null ? Reflect.get(member, 'x-other-words') : [];
  const others = Array.isArray(words) ? words.map((word) => otherWordFor(name, String(word))) : [];
  return [knownName(name), ...others];
}

interface Trimming extends ReadContext {
  readonly at: string;
  readonly faults: Fault[];
}

/** A value without its unknown members; the same value if there are none. */
function trim(shape: Shape, value: unknown, trimming: Trimming): unknown {
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return value;
    const items = value.map((item, index) =>
      trimming.faults.length >= faultsMax
        ? item
        : trim(shape.items, item, { ...trimming, at: `${trimming.at}/${index}` }),
    );
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { known, members } = shape;
  const { at, faults } = trimming;
  const names = Object.keys(value);
  const unknown = names.filter((name) => !members.has(name));
  if (unknown.length > unknownMax)
    faults.push({ pointer: at, message: `has more than ${unknownMax} unknown names` });
  else if (trimming.ignored.count + unknown.length > unknownInAllMax)
    faults.push({ pointer: at, message: `the request has more than ${unknownInAllMax} unknown names` });
  else if (unknown.length > 0) noteUnknown(unknown, known, value, trimming);
  let isChanged = unknown.length > 0;
  const kept = names
    .filter((name) => members.has(name))
    .map((name): [string, unknown] => {
      const member: unknown = Reflect.get(value, name);
      const inner = members.get(name);
      const read = inner === undefined ? member : trim(inner, member, { ...trimming, at: `${at}/${name}` });
      isChanged ||= read !== member;
      return [name, read];
    });
  return isChanged ? Object.fromEntries(kept) : value;
}

function noteUnknown(
  unknown: readonly string[],
  known: readonly KnownName[],
  value: object,
  { at, ignored, place = '', elsewhere, faults }: Trimming,
): void {
  // A name that is present in its correct spelling is not reported as misspelled.
  const missing = known.filter(({ name }) => !Object.hasOwn(value, name));
  const meant = [...missing, ...(elsewhere?.() ?? [])];
  for (const name of unknown) {
    const near = nearMiss(name, meant);
    if (near === undefined) ignored.add(place + at, name);
    else faults.push({ pointer: pointerTo(at, name), message: `is not known: did you mean ${near.hint}?` });
  }
}

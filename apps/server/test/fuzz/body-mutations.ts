import { Buffer } from 'node:buffer';
import type { Random } from '../harness/seeded-random.ts';
import { listOf, recordOf, type Schema } from './document.ts';
import { jsonText, withMembers } from './json-text.ts';
import type { Mutate } from './mutation.ts';
import { bodyBreakers, misspellings, nastyTexts, nastyValues, strangeNames } from './nasty.ts';
import { withBody, withBodyValue, withHeader } from './request.ts';

/** A part of a body: its place, its value, and its schema. */
interface Part {
  readonly place: readonly string[];
  readonly value: unknown;
  readonly schema: Schema;
}

/**
 * One part of the body gets another value: of a wrong type, at or beyond its bounds, or a text that often causes
 * errors.
 */
export const changePart: Mutate = (request, { random }) => {
  const { body: schema } = request.operation;
  if (schema === undefined) return undefined;
  const part = random.pick(partsOf(schema, request.bodyValue));
  const choices = [...edgesOf(part), ...edgesOf(part), random.pick(nastyValues), random.pick(nastyTexts)];
  const value = random.pick(choices);
  const what = `body /${part.place.join('/')} becomes ${shown(value)}`;
  return { what, request: withBodyValue(request, replaced(request.bodyValue, part.place, value)) };
};

/** An object loses a member, gets an unknown one, or gets one twice. */
export const changeMembers: Mutate = (request, { random }) => {
  const { body: schema } = request.operation;
  if (schema === undefined) return undefined;
  // An object whose member names the caller chooses has no unknown members.
  const isOfNames = ({ schema: own, value }: Part) => isObject(value) && !('patternProperties' in own);
  const objects = partsOf(schema, request.bodyValue).filter(isOfNames);
  if (objects.length === 0) return undefined;
  const { place, value, schema: own } = random.pick(objects);
  const object = recordOf(value);
  const [what, changed] = otherMembers(object, Object.keys(recordOf(own['properties'])), random);
  const where = `body /${place.join('/')} ${what}`;
  return { what: where, request: withBodyValue(request, replaced(request.bodyValue, place, changed)) };
};

/** The body becomes invalid JSON, or unusual JSON. */
export const breakBody: Mutate = (request, { random }) => {
  if (request.body === undefined) return undefined;
  const [what, mend] = random.pick(bodyBreakers);
  return { what: `body ${what}`, request: withBody(request, mend(jsonText(request.bodyValue))) };
};

/** Adds a body to an operation without one: valid or broken JSON, or another media type. */
export const addBody: Mutate = (request, { random }) => {
  if (request.operation.body !== undefined) return undefined;
  const type = random.pick(['application/json', 'text/plain', 'application/x-www-form-urlencoded', '']);
  const text = random.pick(['{}', '{"stranger":1}', '', 'null', '[', '"\\ud800"', '{"__proto__":1}']);
  const typed = withHeader(request, 'Content-Type', type);
  return {
    what: `body ${text} of ${type} where none is taken`,
    request: withBody(typed, Buffer.from(text)),
    statuses: 'any',
  };
};

/** A body one byte larger than most operations allow. */
export const hugeBody: Mutate = (request, { random }) => {
  if (request.body === undefined) return undefined;
  const text = jsonText(request.bodyValue);
  const padding = ' '.repeat(random.pick([1_048_576 - text.length, 1_048_577 - text.length, 3_000_000]));
  return {
    what: `body of ${text.length + padding.length}`,
    request: withBody(request, Buffer.from(text + padding)),
  };
};

function partsOf(schema: Schema, value: unknown, place: readonly string[] = []): Part[] {
  const own: Part = { place, value, schema };
  if (Array.isArray(value)) {
    const items = recordOf(schema['items']);
    return [own, ...value.flatMap((item, index) => partsOf(items, item, [...place, String(index)]))];
  }
  if (!isObject(value)) return [own];
  const properties = recordOf(schema['properties']);
  const parts = Object.entries(recordOf(value)).flatMap(([name, member]) =>
    partsOf(recordOf(properties[name]), member, [...place, name]),
  );
  return [own, ...parts];
}

/** Values at the bounds of a schema, just inside and just outside. */
function edgesOf({ schema, value }: Pick<Part, 'schema' | 'value'>): unknown[] {
  const { minimum, maximum, minLength, maxLength, maxItems, anyOf, oneOf } = schema;
  const choices = listOf(anyOf ?? oneOf).flatMap((choice) => edgesOf({ schema: recordOf(choice), value }));
  const numbers = [minimum, maximum].filter((bound) => typeof bound === 'number');
  const lengths = [minLength, maxLength].filter((bound) => typeof bound === 'number');
  const around = (bounds: readonly number[]) => bounds.flatMap((bound) => [bound - 1, bound, bound + 1]);
  const texts = around(lengths)
    .filter((length) => length >= 0)
    .flatMap((length) => ['a'.repeat(length), '\u{1f4b8}'.repeat(length), `${'a'.repeat(length)}\n`]);
  const items = listOf(value);
  const full = Number(maxItems ?? 0);
  const isFillable = full > 0 && items.length > 0 && jsonText(items[0]).length * full < 1_000_000;
  const filled = (length: number) => Array.from({ length }, (_, index) => items[index % items.length]);
  return [
    ...around(numbers),
    ...texts,
    ...choices,
    ...(Array.isArray(value) ? [[], [...items, ...items], [...items, null]] : []),
    ...(isFillable ? [filled(full), filled(full + 1)] : []),
  ];
}

function otherMembers(
  object: Schema,
  known: readonly string[],
  random: Random,
): readonly [what: string, changed: unknown] {
  const names = Object.keys(object);
  const kind = random.below(5);
  if (kind === 0 && names.length > 0) {
    const lost = random.pick(names);
    return [`without ${lost}`, Object.fromEntries(Object.entries(object).filter(([name]) => name !== lost))];
  }
  if (kind === 1 && names.length > 0) {
    const again = random.pick(names);
    const value = random.pick([object[again], null, 'twice', ...nastyValues]);
    return [`with ${again} twice, then ${shown(value)}`, withMembers(object, [[again, value]])];
  }
  if (kind === 2 && known.length > 0) return misspelled(object, random.pick(known), random);
  if (kind === 3) {
    const many = Array.from({ length: random.pick([20, 100, 101, 2_000]) }, (_, index) => `other${index}`);
    return [
      `with ${many.length} strangers`,
      withMembers(
        object,
        many.map((name) => [name, 1]),
      ),
    ];
  }
  const stranger = random.pick(strangeNames);
  return [
    `with the stranger ${shown(stranger)}`,
    withMembers(object, [[stranger, random.pick([1, {}, object])]]),
  ];
}

/** One of the names is misspelled. The right one may be there too. */
function misspelled(object: Schema, name: string, random: Random): readonly [what: string, changed: unknown] {
  const other = random.pick(misspellings)(name);
  const kept = Object.entries(object).filter(([own]) => own !== name || random.below(2) === 0);
  return [`with ${other} for ${name}`, { ...Object.fromEntries(kept), [other]: object[name] ?? 1 }];
}

function replaced(value: unknown, place: readonly string[], by: unknown): unknown {
  const [name, ...below] = place;
  if (name === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === name ? replaced(item, below, by) : item));
  }
  const members = Object.entries(recordOf(value));
  return Object.fromEntries(
    members.map(([own, member]) => [own, own === name ? replaced(member, below, by) : member]),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as text for a message. */
function shown(value: unknown): string {
  const text = jsonText(value);
  return text.length <= 60 ? text : `${text.slice(0, 50)}… (${text.length})`;
}

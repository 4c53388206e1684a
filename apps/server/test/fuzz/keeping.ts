import { listOf, recordOf, type Schema } from './document.ts';

/**
 * The places (JSON pointers) where a value violates a schema, found by other code than the server's. It supports the
 * keywords that our document uses.
 */
export function breaches(schema: Schema, value: unknown, at = ''): string[] {
  // Any value is valid, however deep it is.
  if (Object.keys(schema).length === 0) return [];
  const found = ofChoices(schema, value, at);
  if (!isOfType(schema['type'], value)) return [...found, at];
  if (typeof value === 'string' && !keepsAsText(schema, value)) found.push(at);
  if (typeof value === 'number' && !keepsAsNumber(schema, value)) found.push(at);
  if (Array.isArray(value)) found.push(...ofList(schema, value, at));
  else if (typeof value === 'object' && value !== null) found.push(...ofMembers(schema, value, at));
  return found;
}

export function keeps(schema: Schema, value: unknown): boolean {
  return breaches(schema, value).length === 0;
}

function ofChoices(schema: Schema, value: unknown, at: string): string[] {
  const { anyOf, oneOf, allOf, const: constant, enum: values } = schema;
  const found = listOf(allOf).flatMap((part) => breaches(recordOf(part), value, at));
  const choices = [anyOf, oneOf].filter((list) => list !== undefined).map(listOf);
  const isOutside = (list: readonly unknown[]) => !list.some((choice) => keeps(recordOf(choice), value));
  if (choices.some(isOutside)) found.push(at);
  if ('const' in schema && value !== constant) found.push(at);
  if (values !== undefined && !listOf(values).includes(value)) found.push(at);
  return found;
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === undefined) return true;
  return (Array.isArray(type) ? type : [type]).some((one) => {
    switch (one) {
      case 'null':
        return value === null;
      case 'array':
        return Array.isArray(value);
      case 'object':
        return typeof value === 'object' && value !== null && !Array.isArray(value);
      case 'integer':
        return Number.isInteger(value);
      case 'number':
        return Number.isFinite(value);
      default:
        return typeof value === one;
    }
  });
}

function keepsAsNumber(schema: Schema, value: number): boolean {
  return value >= bound(schema, 'minimum', -Infinity) && value <= bound(schema, 'maximum', Infinity);
}

function keepsAsText(schema: Schema, value: string): boolean {
  const { pattern, format } = schema;
  const length = [...value].length;
  if (length < bound(schema, 'minLength', 0) || length > bound(schema, 'maxLength', Infinity)) return false;
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) return false;
  if (format === 'storable-text') return value.isWellFormed() && !value.includes('\u0000');
  return format !== 'date-time' || isMoment(value);
}

const moment = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/i;

function isMoment(text: string): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ...offset] = (
    moment.exec(text) ?? []
  )
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const [offsetHour = 0, offsetMinute = 0] = offset;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = moment.test(text) && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay && hour < 24 && minute < 60 && second < 60 && offsetHour < 24 && offsetMinute < 60;
}

function ofList(schema: Schema, value: readonly unknown[], at: string): string[] {
  const items = recordOf(schema['items']);
  const found = value.flatMap((item, index) => breaches(items, item, `${at}/${index}`));
  const isTooShort = value.length < bound(schema, 'minItems', 0);
  const isTooLong = value.length > bound(schema, 'maxItems', Infinity);
  const repeats = schema['uniqueItems'] === true && new Set(value).size < value.length;
  return isTooShort || isTooLong || repeats ? [at, ...found] : found;
}

function ofMembers(schema: Schema, value: object, at: string): string[] {
  const properties = recordOf(schema['properties']);
  const placeOf = (name: string) => `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const missing = listOf(schema['required']).filter((name) => !Object.hasOwn(value, String(name)));
  const [named] = Object.entries(recordOf(schema['patternProperties']));
  if (named !== undefined) return ofNamed(recordOf(named[1]), new RegExp(named[0], 'u'), schema, value, at);
  const known = Object.keys(value).filter((name) => Object.hasOwn(properties, name));
  const isTooSmall = known.length < bound(schema, 'minProperties', 0);
  return [
    ...(isTooSmall ? [at] : []),
    ...missing.map((name) => placeOf(String(name))),
    ...Object.entries(value).flatMap(([name, member]) =>
      Object.hasOwn(properties, name) ? breaches(recordOf(properties[name]), member, placeOf(name)) : [],
    ),
  ];
}

/** An object with names that the caller chooses, which must match a pattern. */
function ofNamed(member: Schema, pattern: RegExp, schema: Schema, value: object, at: string): string[] {
  const isTooLarge = Object.keys(value).length > bound(schema, 'maxProperties', Infinity);
  const faulty = Object.entries(value).filter(([name, one]) => !pattern.test(name) || !keeps(member, one));
  return isTooLarge || faulty.length > 0 ? [at] : [];
}

function bound(schema: Schema, keyword: string, none: number): number {
  const value = schema[keyword];
  return typeof value === 'number' ? value : none;
}

import { isObject, type Json, memberAt, parseJson, pathOf } from '../json-text.ts';

/**
 * The whole number in a text.
 *
 * @throws {Error} if the text is something else
 */
export function wholeNumber(text: string, source: string): bigint {
  const trimmed = text.trim();
  if (!/^-?\d{1,30}$/.test(trimmed)) throw new Error(`${source} gave no whole number: ${excerpt(trimmed)}`);
  return BigInt(trimmed);
}

/**
 * The whole number that an answer of JSON counts: at a pointer, or the length of a list, or its only number.
 *
 * @param pointer a JSON pointer; empty for the document
 * @throws {Error} if there is none, or more than one
 */
export function countIn(text: string, pointer: string, source: string): bigint {
  const document = parseJson(text);
  if (document === undefined) return wholeNumber(text, source);
  const value = pointer === '' ? document : memberAt(document, pathOf(pointer));
  if (Array.isArray(value)) return BigInt(value.length);
  if (!isObject(value))
    return wholeNumber(typeof value === 'string' ? value : JSON.stringify(value ?? null), source);
  const numbers = Object.entries(value).filter(([, member]) => isWhole(member));
  const [only, ...others] = numbers;
  if (only === undefined || others.length > 0) {
    throw new Error(`${source} has ${numbers.length} numbers: name one with a JSON pointer, such as #/total`);
  }
  return BigInt(String(only[1]));
}

function isWhole(value: Json): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function excerpt(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

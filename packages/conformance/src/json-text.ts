/** A JSON value, as far as its kind is known. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** The value of a JSON text; `undefined` if it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a path; `undefined` if there is none. */
export function memberAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const name of path) {
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

/** The value with another member at a path. Missing objects on the path are created. */
export function withMember(value: Json | undefined, path: readonly string[], member: Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return member;
  if (Array.isArray(value)) {
    return value.map((element, at) => (at === Number(name) ? withMember(element, rest, member) : element));
  }
  const object = isObject(value) ? value : {};
  return { ...object, [name]: withMember(memberAt(object, [name]), rest, member) };
}

/** The names in a JSON pointer. @see RFC 6901, section 4 */
export function pathOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The path of the member that is changed if the user names none: the first number, otherwise the first text. */
export function firstLeaf(value: Json | undefined): readonly string[] | undefined {
  const leaves = leavesOf(value);
  const number = leaves.find(({ leaf }) => typeof leaf === 'number');
  return (number ?? leaves.find(({ leaf }) => typeof leaf === 'string'))?.path;
}

interface Leaf {
  readonly path: readonly string[];
  readonly leaf: Json;
}

/** All values in a document that are neither objects nor arrays. */
export function leavesOf(value: Json | undefined, path: readonly string[] = []): readonly Leaf[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

/** Another value of the same type: what a client might have sent instead. */
export function varied(value: Json | undefined, by: number): Json {
  if (typeof value === 'number') return value + by;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string')
    return /^\d+$/.test(value) ? String(BigInt(value) + BigInt(by)) : `${value}-${by}`;
  return by;
}

/** The same document with the members of all objects in the opposite order, and with other white space. */
export function reordered(value: Json): string {
  return JSON.stringify(reversed(value), undefined, 3);
}

function reversed(value: Json): Json {
  if (isList(value)) return value.map(reversed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** The same document in another spelling: numbers with a fraction of zero, letters as escapes. */
export function respelled(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value}.0` : JSON.stringify(value);
  if (typeof value === 'string') return respelledText(value);
  if (isList(value)) return `[${value.map(respelled).join(',')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${respelled(member)}`,
  );
  return `{${members.join(',')}}`;
}

function respelledText(text: string): string {
  const at = text.search(/[A-Za-z]/);
  if (at < 0) return JSON.stringify(text);
  const spelled = `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(text.slice(0, at)).slice(0, -1)}${spelled}${JSON.stringify(text.slice(at + 1)).slice(1)}`;
}

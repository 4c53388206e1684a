import { isPlainObject, writesItself } from './canonical-json.ts';

/** The object in a JSON text; `undefined` for any other text. */
export function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a JSON object with one more member at its end; all other characters are unchanged. */
export function withMember(text: string, name: string, value: unknown): string {
  const end = text.lastIndexOf('}');
  const isEmpty = text.slice(text.indexOf('{') + 1, end).trim() === '';
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return `${text.slice(0, end)}${isEmpty ? '' : ','}${member}${text.slice(end)}`;
}

/** The place of a member: its name, or a list of names from the outermost to the innermost. */
export type MemberPath = string | readonly string[];

/** A copy of a JSON value without some members of its objects. */
export function withoutMembers(value: unknown, paths: readonly MemberPath[]): unknown {
  return paths.reduce<unknown>(
    (rest, path) => withoutMember(rest, typeof path === 'string' ? [path] : path),
    value,
  );
}

function withoutMember(given: unknown, [name, ...inner]: readonly string[]): unknown {
  const value = writesItself(given) ? given.toJSON() : given;
  // A copy of an instance of a class would lack its private members, and two different ones would look the same.
  if (name === undefined || !isPlainObject(value) || !Object.hasOwn(value, name)) return value;
  const copy: Record<string, unknown> = { ...value };
  if (inner.length === 0) delete copy[name];
  else copy[name] = withoutMember(copy[name], inner);
  return copy;
}

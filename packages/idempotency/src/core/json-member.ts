/** The object that a text of JSON is; `undefined` for every other text. */
export function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a JSON object with one more member at its end; all other characters stay as they are. */
export function withMember(text: string, name: string, value: unknown): string {
  const end = text.lastIndexOf('}');
  const isEmpty = text.slice(text.indexOf('{') + 1, end).trim() === '';
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return `${text.slice(0, end)}${isEmpty ? '' : ','}${member}${text.slice(end)}`;
}

/** Where a member is: its name, or the names from the outside in. */
export type MemberPath = string | readonly string[];

/** A JSON value without some members of its objects. The value itself stays as it is. */
export function withoutMembers(value: unknown, paths: readonly MemberPath[]): unknown {
  return paths.reduce<unknown>(
    (rest, path) => withoutMember(rest, typeof path === 'string' ? [path] : path),
    value,
  );
}

function withoutMember(value: unknown, [name, ...inner]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (!Object.hasOwn(value, name)) return value;
  const copy: Record<string, unknown> = { ...value };
  if (inner.length === 0) delete copy[name];
  else copy[name] = withoutMember(copy[name], inner);
  return copy;
}

/** An object of a JSON text with the objects that contain it, the nearest first. */
export interface Nested {
  readonly value: unknown;
  readonly parents: readonly unknown[];
}

/**
 * The value at a dotted path. A name may itself contain dots: the longest existing name is used. In a list of `{ key,
 * value }`, as OpenTelemetry writes attributes, a key is a name.
 */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return unwrapped(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const found = valueAt(memberOf(value, path.slice(0, end)), path.slice(end + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value at a path in an object, otherwise in the nearest object that contains it. */
export function nestedValueAt({ value, parents }: Nested, path: string): unknown {
  for (const one of [value, ...parents]) {
    const found = valueAt(one, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How deep in a row a list is looked for. */
const listDepthMax = 3;

/** The path of a list whose first object has a column: probably the place of rows that were not found. */
export function listWith(value: unknown, column: string, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === listDepthMax)
    return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member)) {
      const first: unknown = member[0];
      if (valueAt(first, column) !== undefined) return name;
    } else {
      const rest = listWith(member, column, depth + 1);
      if (rest !== undefined) return `${name}.${rest}`;
    }
  }
  return undefined;
}

/** Everything at a path whose members may be lists: each element, with the objects that contain it. */
export function* nestedAt(nested: Nested, path: string): Generator<Nested> {
  const { value, parents } = nested;
  if (Array.isArray(value)) {
    for (const element of value) yield* nestedAt({ value: element, parents }, path);
    return;
  }
  if (path === '') {
    yield nested;
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const member = memberOf(value, name);
  if (member === undefined) return;
  yield* nestedAt({ value: member, parents: [value, ...parents] }, dot < 0 ? '' : path.slice(dot + 1));
}

function memberOf(value: object, name: string): unknown {
  if (!Array.isArray(value)) return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  if (/^\d{1,6}$/.test(name)) return value[Number(name)];
  const found: unknown = value.find(
    (element: unknown) =>
      typeof element === 'object' && element !== null && Reflect.get(element, 'key') === name,
  );
  return typeof found === 'object' && found !== null ? Reflect.get(found, 'value') : undefined;
}

const wrappers = ['stringValue', 'intValue', 'doubleValue', 'boolValue'] as const;

/** The value of OpenTelemetry's `AnyValue`; any other value is returned unchanged. */
function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [name, ...others] = Object.keys(value);
  const isWrapper = others.length === 0 && wrappers.some((wrapper) => wrapper === name);
  return isWrapper && name !== undefined ? Reflect.get(value, name) : value;
}

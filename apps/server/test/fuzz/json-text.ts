/** A piece of JSON text that no JavaScript value represents: `1e400`, a repeated member, a raw surrogate. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The JSON text of a value in which some parts are raw. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value).map(memberText).join(',')}}`;
}

/** The text of an object with additional members, which may repeat existing ones. */
export function withMembers(value: object, members: readonly (readonly [string, unknown])[]): RawJson {
  return new RawJson(`{${[...Object.entries(value), ...members].map(memberText).join(',')}}`);
}

function memberText([name, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(name)}:${jsonText(value)}`;
}

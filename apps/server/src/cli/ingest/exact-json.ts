/** The longest row of JSON, in bytes: a line of telemetry may contain many spans with their prompts. */
export const jsonBytesMax = 16 * 1024 * 1024;

const depthMax = 64;
const membersMax = 200_000;

/** A parsed JSON text, or why it could not be parsed. */
export type ExactJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'unreadable'; readonly message: string };

/** Reads a JSON text. Numbers are returned as text: a double would round them. */
export function exactJson(text: string): ExactJson {
  const fault = shapeFault(text);
  if (fault !== undefined) return { kind: 'unreadable', message: fault };
  try {
    return {
      kind: 'json',
      value: parse(text, (_, value, { source }) => (typeof value === 'number' ? source : value)),
    };
  } catch {
    return { kind: 'unreadable', message: 'is not a JSON object' };
  }
}

type Revive = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** TypeScript does not know yet that a reviver receives the source of a primitive value (ES2026). */
function parse(text: string, revive: Revive): unknown {
  return (JSON.parse as (text: string, revive: Revive) => unknown)(text, revive);
}

/** Limits what `JSON.parse` would have to build, before it does. */
function shapeFault(text: string): string | undefined {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at);
        break;
      case 0x7b:
      case 0x5b:
        depth += 1;
        if (depth > depthMax) return `is nested more than ${depthMax} levels deep`;
        break;
      case 0x7d:
      case 0x5d:
        depth -= 1;
        break;
      case 0x2c:
        members += 1;
        if (members > membersMax) return `has more than ${membersMax} members`;
        break;
      default:
        break;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}

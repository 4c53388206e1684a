import { pointerTo } from '@billonce/contract';
import { endOfString } from './json-scan.ts';

/**
 * The members of all objects in a parsed value. If a name was used twice, the value has one member, so the text has
 * more.
 */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) count += countMembers(element);
    return count;
  }
  for (const member of Object.values(value)) count += 1 + countMembers(member);
  return count;
}

/** An object or a list that is open at a position of the text. */
interface Level {
  /** for an object */
  readonly names: Set<string> | undefined;
  expectsName: boolean;
  name: string;
  index: number;
}

/** The position of the first member whose name its object already has, in a text that is JSON. */
export function duplicateMember(text: string): string | undefined {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    switch (text.charAt(at)) {
      case '"': {
        const end = endOfString(text, at);
        if (level?.names !== undefined && level.expectsName) {
          level.name = String(JSON.parse(text.slice(at, end)));
          level.expectsName = false;
          if (level.names.has(level.name)) return pointerOf(levels);
          level.names.add(level.name);
        }
        at = end - 1;
        break;
      }
      case '{':
        levels.push({ names: new Set(), expectsName: true, name: '', index: 0 });
        break;
      case '[':
        levels.push({ names: undefined, expectsName: false, name: '', index: 0 });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level === undefined) break;
        level.expectsName = true;
        level.index += 1;
        break;
      default:
    }
  }
  return undefined;
}

function pointerOf(levels: readonly Level[]): string {
  return levels.reduce(
    (at, { names, name, index }) => pointerTo(at, names === undefined ? String(index) : name),
    '',
  );
}

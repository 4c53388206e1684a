/** The most values in a body: twenty for each item of the largest bulk. */
export const valuesMax = 200_000;
/** The most values in one element of the body's list, or outside of the list. */
export const valuesApartMax = 10_000;
/** The most nested levels of objects and lists. */
export const levelsMax = 64;

/** Which limit a body exceeds. */
export type ScanFault = 'values' | 'values_apart' | 'levels';

/** A position between two elements of a list at which the text can be cut, with the number of members before it. */
export interface Cut {
  readonly at: number;
  readonly members: number;
}

/** The list of a body: the first list that is a member of the top object. */
export interface ScannedList {
  /** the position of the member's name, with its quotes */
  readonly name: { readonly from: number; readonly to: number };
  /** after `[` */
  readonly from: number;
  /** at its end; `undefined` if the list does not end */
  to: number | undefined;
  readonly cuts: Cut[];
  readonly membersBefore: number;
  membersBehind: number;
}

/** The least number of characters from one cut to the next. */
const cutEvery = 8_192;

/**
 * Counts the contents of a JSON text before it is parsed: counting is cheap, while the time and memory of parsing grow
 * with the number of values. It only looks at the characters between strings, so for a text that is not JSON the counts
 * mean nothing.
 */
export class JsonScan {
  readonly #text: string;
  #at = 0;
  #level = 0;
  #values = 0;
  #members = 0;
  #apartFrom = 0;
  #last = { from: 0, to: 0 };
  #list: ScannedList | undefined;
  #isWholeObject = false;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Members of all objects. */
  get members(): number {
    return this.#members;
  }

  /** The list of the body, if it has one that ends. */
  get list(): (ScannedList & { readonly to: number }) | undefined {
    const list = this.#list;
    return list?.to === undefined ? undefined : { ...list, to: list.to };
  }

  /** Continues by about this many characters. */
  advance(characters: number): ScanFault | undefined {
    const text = this.#text;
    const end = Math.min(text.length, this.#at + characters);
    while (this.#at < end) {
      const at = this.#at;
      switch (text.charCodeAt(at)) {
        case 0x22:
          this.#at = endOfString(text, at);
          this.#last = { from: at, to: this.#at };
          continue;
        case 0x7b:
        case 0x5b:
          this.#open(at);
          break;
        case 0x7d:
        case 0x5d:
          this.#close(at);
          break;
        case 0x2c:
          this.#separate(at);
          break;
        case 0x3a:
          this.#members += 1;
          break;
        default:
      }
      this.#at += 1;
      if (this.#level > levelsMax) return 'levels';
      if (this.#values > valuesMax) return 'values';
      if (this.#values - this.#apartFrom > valuesApartMax) return 'values_apart';
    }
    return undefined;
  }

  #open(at: number): void {
    const isList = this.#text.charCodeAt(at) === 0x5b;
    if (this.#level === 0) this.#isWholeObject = !isList;
    this.#level += 1;
    this.#values += 1;
    if (this.#level !== 2 || !isList || !this.#isWholeObject || this.#list !== undefined) return;
    this.#list = {
      name: this.#last,
      from: at + 1,
      to: undefined,
      cuts: [],
      membersBefore: this.#members,
      membersBehind: 0,
    };
  }

  #close(at: number): void {
    this.#level -= 1;
    if (this.#level !== 1 || this.#list === undefined || this.#list.to !== undefined) return;
    this.#list.to = at;
    this.#list.membersBehind = this.#members;
    this.#apartFrom = this.#values;
  }

  #separate(at: number): void {
    this.#values += 1;
    const list = this.#list;
    if (this.#level !== 2 || list === undefined || list.to !== undefined) return;
    this.#apartFrom = this.#values;
    const before = list.cuts.at(-1)?.at ?? list.from;
    if (at - before >= cutEvery) list.cuts.push({ at, members: this.#members });
  }
}

/** The position after the string that begins at a position; the end of the text if the string does not end. */
export function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}

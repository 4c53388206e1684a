import { jsonBytesMax } from './exact-json.ts';
import { IngestStop } from './ingest-stop.ts';
import type { JsonPiece } from './json-rows.ts';

const [quote, backslash, comma, colon, newline] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const nameBytesMax = 1_024;

/**
 * Cuts a JSON text into the elements of a list, and holds only one of them at a time. The list is the text itself, or a
 * member of the object in the text. A text may contain several values, one after the other.
 */
export class JsonCutter {
  readonly #member: string | undefined;
  #line = 1;
  #byte = 0;
  #depth = 0;
  /** the depth at which elements begin; `undefined` outside of their list */
  #elementDepth: number | undefined;
  #isInString = false;
  #isEscaped = false;
  #parts: Buffer[] | undefined;
  #partsBytes = 0;
  /** the name of the member that is being read, at the top of an object */
  #name: number[] | undefined;
  #isNameDone = false;
  #isAfterElement = false;

  /** @param member of the object that has the list; without it an object is itself an element */
  constructor(member: string | undefined) {
    this.#member = member;
  }

  /** Whether the text ended where a value ended. */
  get isWhole(): boolean {
    return this.#depth === 0 && this.#parts === undefined && !this.#isInString;
  }

  get line(): number {
    return this.#line;
  }

  /**
   * Takes the next bytes, and yields the elements that end in them.
   *
   * @throws {IngestStop} if it is not JSON, or an element is larger than the limit
   */
  *push(chunk: Buffer): Generator<JsonPiece> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#isInPlainText()) {
        const next = endOfPlainText(chunk, at);
        this.#byte += next - at;
        at = next;
        if (at === chunk.length) break;
      }
      const byte = chunk[at] ?? 0;
      this.#byte += 1;
      if (byte === newline) this.#line += 1;
      const wasOpen = this.#parts !== undefined;
      const end = this.#isInString ? this.#inString(byte) : this.#structure(byte);
      if (!wasOpen && this.#parts !== undefined) from = at;
      if (end === undefined) continue;
      const piece = chunk.subarray(from, end === 'after' ? at + 1 : at);
      yield this.#finish(piece);
    }
    if (this.#parts !== undefined) this.#keep(Buffer.from(chunk.subarray(from)));
  }

  #isInPlainText(): boolean {
    return this.#isInString && !this.#isEscaped && (this.#name === undefined || this.#isNameDone);
  }

  #keep(part: Buffer): void {
    this.#parts?.push(part);
    this.#partsBytes += part.length;
    if (this.#partsBytes > jsonBytesMax) {
      throw new IngestStop(
        `the element that ends after line ${this.#line} is longer than ${jsonBytesMax} bytes`,
        'Give the place of the rows with --rows PATH, then run the command again.',
      );
    }
  }

  #finish(part: Buffer): JsonPiece {
    this.#keep(part);
    const bytes = Buffer.concat(this.#parts ?? []);
    this.#parts = undefined;
    this.#partsBytes = 0;
    return { bytes, line: this.#line, endByte: this.#byte };
  }

  #begin(): void {
    if (this.#isAfterElement) throw this.#invalid();
    this.#parts = [];
    this.#isAfterElement = true;
  }

  #inString(byte: number): undefined {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isInString = false;
    const isName = this.#name !== undefined && !this.#isNameDone;
    if (isName && this.#isInString && this.#name !== undefined && this.#name.length < nameBytesMax)
      this.#name.push(byte);
    if (isName && !this.#isInString) this.#isNameDone = true;
  }

  /** The effect of a byte outside of a string: whether an element ends after it, or before it. */
  #structure(byte: number): 'after' | 'before' | undefined {
    switch (byte) {
      case 0x20:
      case 0x09:
      case 0x0d:
      case newline:
        return undefined;
      case 0xef:
      case 0xbb:
      case 0xbf:
        // The byte order mark.
        if (this.#byte <= 3) return undefined;
        throw this.#invalid();
      case quote:
        if (this.#depth === 0) throw this.#invalid();
        if (this.#isAtElement()) this.#begin();
        else if (
          this.#depth === 1 &&
          this.#member !== undefined &&
          this.#elementDepth === undefined &&
          !this.#isNameDone
        )
          this.#name = [];
        this.#isInString = true;
        return undefined;
      case 0x7b:
      case 0x5b:
        this.#open(byte === 0x5b);
        return undefined;
      case 0x7d:
      case 0x5d:
        return this.#close();
      case comma:
        return this.#separate();
      case colon:
        return undefined;
      default:
        if (this.#depth === 0) throw this.#invalid();
        if (this.#isAtElement()) this.#begin();
        return undefined;
    }
  }

  #isAtElement(): boolean {
    return this.#parts === undefined && this.#elementDepth === this.#depth;
  }

  #open(isList: boolean): void {
    if (this.#depth === 0) this.#openRoot(isList);
    else if (this.#isAtElement()) this.#begin();
    else if (this.#depth === 1 && this.#isWantedMember()) {
      if (isList) this.#elementDepth = 2;
      else {
        this.#elementDepth = 1;
        this.#isAfterElement = false;
        this.#begin();
      }
    }
    this.#depth += 1;
  }

  #openRoot(isList: boolean): void {
    this.#isAfterElement = false;
    this.#name = undefined;
    this.#isNameDone = false;
    this.#elementDepth = undefined;
    if (isList) this.#elementDepth = 1;
    else if (this.#member === undefined) {
      this.#elementDepth = 0;
      this.#begin();
    }
  }

  #isWantedMember(): boolean {
    if (this.#elementDepth !== undefined || this.#name === undefined || !this.#isNameDone) return false;
    return Buffer.from(this.#name).toString() === this.#member;
  }

  #close(): 'after' | 'before' | undefined {
    this.#depth -= 1;
    if (this.#depth < 0) throw this.#invalid();
    if (this.#elementDepth === undefined) return undefined;
    if (this.#parts !== undefined) {
      if (this.#depth === this.#elementDepth) {
        if (this.#elementDepth === 1 && this.#name !== undefined) this.#elementDepth = undefined;
        return 'after';
      }
      // The list ends after a plain value.
      if (this.#depth < this.#elementDepth) {
        this.#elementDepth = undefined;
        this.#isAfterElement = false;
        return 'before';
      }
      return undefined;
    }
    if (this.#depth < this.#elementDepth) {
      this.#elementDepth = undefined;
      this.#isAfterElement = false;
    }
    return undefined;
  }

  #separate(): 'before' | undefined {
    if (this.#depth === 1 && this.#elementDepth === undefined) {
      this.#name = undefined;
      this.#isNameDone = false;
    }
    if (this.#elementDepth !== this.#depth) return undefined;
    this.#isAfterElement = false;
    return this.#parts === undefined ? undefined : 'before';
  }

  #invalid(): IngestStop {
    return new IngestStop(
      `not valid JSON at line ${this.#line}, byte ${this.#byte}`,
      'Give --format jsonl if each line is a JSON document, or fix the file there, then run the command again.',
    );
  }
}

/** Where plain text in JSON is interrupted: most of a file is plain text. */
function endOfPlainText(chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && chunk[at] !== quote && chunk[at] !== backslash) at += 1;
  return at;
}

import { isUtf8 } from 'node:buffer';
import { exactJson } from './exact-json.ts';
import { listWith, type Nested, nestedAt, nestedValueAt } from './nested.ts';
import type { ReadRow } from './row.ts';

/** A part of a file that is one JSON value. */
export interface JsonPiece {
  readonly bytes: Buffer;
  readonly line: number;
  readonly endByte: number;
}

/** Turns the parts of a file into rows: each part is a row, or has rows at a path. */
export class JsonRows {
  readonly #path: string | undefined;
  #rows = 0;

  /** @param path of the rows in a part; without it the part is the row */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** The number of rows so far. */
  get count(): number {
    return this.#rows;
  }

  *read({ bytes, line, endByte }: JsonPiece): Generator<ReadRow> {
    const text = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim();
    if (text === '') return;
    const read = isUtf8(bytes) ? exactJson(text) : ({ kind: 'unreadable', message: 'is not UTF-8' } as const);
    if (read.kind === 'unreadable') {
      yield this.#broken(read.message, line, endByte);
      return;
    }
    const whole: Nested = { value: read.value, parents: [] };
    // A row at the path of a larger document is returned without the document around it.
    const isNested =
      this.#path !== undefined && isObject(read.value) && Object.hasOwn(read.value, firstName(this.#path));
    const found = isNested ? nestedAt(whole, this.#path ?? '') : [whole];
    let index = 0;
    for (const nested of found) {
      yield this.#row(nested, isNested ? `${text} ${index}` : text, line, endByte);
      index += 1;
    }
  }

  #row(nested: Nested, text: string, line: number, endByte: number): ReadRow {
    if (!isObject(nested.value)) return this.#broken('is not a JSON object', line, endByte);
    this.#rows += 1;
    const place = { row: this.#rows, line, endByte };
    return {
      kind: 'row',
      place,
      text,
      field: (column) => nestedValueAt(nested, column),
      listWith: (column) => listWith(nested.value, column),
    };
  }

  #broken(message: string, line: number, endByte: number): ReadRow {
    this.#rows += 1;
    return { kind: 'broken', place: { row: this.#rows, line, endByte }, message };
  }
}

export function firstName(path: string): string {
  return path.split('.', 1)[0] ?? '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

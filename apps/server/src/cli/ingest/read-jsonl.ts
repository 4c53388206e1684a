import { isUtf8 } from 'node:buffer';
import { IngestStop } from './ingest-stop.ts';
import type { Input } from './input.ts';
import { type Place, type ReadRow, recordBytesMax } from './row.ts';

/**
 * Reads a file with a JSON object on each line.
 *
 * A last line that nothing ends is a row when it is a whole object, and held back otherwise: no part of an object is
 * an object.
 *
 * @throws {IngestStop} when a line is beyond the bound, or the file is empty
 */
export async function* readJsonl(input: Input): AsyncGenerator<ReadRow> {
  let rows = 0;
  for await (const { bytes, line, endByte, isEnded } of linesOf(input.stream)) {
    const text = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim();
    if (text === '') continue;
    const read = rowOf(bytes, text, { row: rows + 1, line, endByte });
    rows += 1;
    yield read.kind === 'broken' && !isEnded ? { kind: 'held_back', line } : read;
  }
  if (rows === 0) throw new IngestStop('the file is empty');
}

function rowOf(bytes: Buffer, text: string, place: Place): ReadRow {
  if (!isUtf8(bytes)) return { kind: 'broken', place, message: 'is not UTF-8' };
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'broken', place, message: 'is not a JSON object' };
  }
  const members = new Map<string, unknown>(Object.entries(value));
  return { kind: 'row', place, text, field: (column) => members.get(column) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Line {
  readonly bytes: Buffer;
  readonly line: number;
  readonly endByte: number;
  readonly isEnded: boolean;
}

const newline = 0x0a;

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let partsBytes = 0;
  let line = 1;
  let endByte = 0;
  const finish = (isEnded: boolean): Line => {
    const found = { bytes: Buffer.concat(parts), line, endByte, isEnded };
    parts = [];
    partsBytes = 0;
    line += 1;
    return found;
  };
  const add = (part: Buffer): void => {
    parts.push(part);
    partsBytes += part.length;
    endByte += part.length;
    if (partsBytes > recordBytesMax) {
      throw new IngestStop(`line ${line} is longer than ${recordBytesMax} bytes`);
    }
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, at + 1));
      from = at + 1;
      yield finish(true);
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (partsBytes > 0) yield finish(false);
}

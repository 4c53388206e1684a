import { jsonBytesMax } from './exact-json.ts';
import { IngestStop } from './ingest-stop.ts';
import type { Input } from './input.ts';
import { type JsonPiece, JsonRows } from './json-rows.ts';
import type { ReadRow } from './row.ts';

/**
 * Reads a file with a JSON object on each line.
 *
 * A last line without a line break is a row if it is a whole object, otherwise it is held back: a part of an object is
 * never an object.
 *
 * @param path of the rows in each line; without it the line is the row
 * @throws {IngestStop} if a line is larger than the limit, or the file is empty
 */
export async function* readJsonl(input: Input, path?: string): AsyncGenerator<ReadRow> {
  const rows = new JsonRows(path);
  let isEmpty = true;
  for await (const line of linesOf(input.stream)) {
    for (const read of rows.read(line)) {
      isEmpty = false;
      yield read.kind === 'broken' && !line.isEnded ? { kind: 'held_back', line: line.line } : read;
    }
    isEmpty &&= line.bytes.every((byte) => byte <= 0x20);
  }
  if (isEmpty) throw new IngestStop('the file is empty', 'Name a file that has rows.');
}

interface Line extends JsonPiece {
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
    if (partsBytes > jsonBytesMax) {
      throw new IngestStop(
        `line ${line} is longer than ${jsonBytesMax} bytes`,
        'Give --format json if the file is one JSON document, or shorten the line, then run the command again.',
      );
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

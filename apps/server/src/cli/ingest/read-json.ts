import { IngestStop } from './ingest-stop.ts';
import type { Input } from './input.ts';
import { JsonCutter } from './json-cutter.ts';
import { firstName, JsonRows } from './json-rows.ts';
import type { ReadRow } from './row.ts';

/**
 * Reads a JSON file: a list of objects, an object with a list at a path, or several of either one after the other. One
 * element is held at a time, however long the list is. An element that is cut off by the end of the file is held back.
 *
 * @param path of the rows; the first name is the member of the object that has the list
 * @throws {IngestStop} if it is not JSON, has no row, or has an element larger than the limit
 */
export async function* readJson(input: Input, path?: string): AsyncGenerator<ReadRow> {
  const member = path === undefined ? undefined : firstName(path);
  const rest = path === undefined ? '' : path.slice((member ?? '').length + 1);
  const cutter = new JsonCutter(member);
  const rows = new JsonRows(rest === '' ? undefined : rest);
  for await (const chunk of input.stream) {
    for (const piece of cutter.push(chunk)) yield* rows.read(piece);
  }
  if (!cutter.isWhole) {
    yield { kind: 'held_back', line: cutter.line };
    return;
  }
  if (rows.count === 0) {
    throw path === undefined
      ? new IngestStop(
          'the file has no rows',
          'Give the place of the rows with --rows PATH, such as --rows data.',
        )
      : new IngestStop(`the file has no rows at ${path}`, 'Correct --rows, then run the command again.');
  }
}

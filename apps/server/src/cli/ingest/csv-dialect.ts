import { recordBytesMax } from './row.ts';

/** How the fields of a CSV file are separated, and the bytes that follow once that is known. */
export interface CsvDialect {
  readonly delimiter: string;
  /** of a line that only says the separator (`sep=;`), which is left out */
  readonly skippedBytes: number;
  readonly chunks: AsyncIterable<Buffer>;
}

const newline = 0x0a;
const candidates = [',', '\t', ';', '|'] as const;

/**
 * Finds out how the fields of a CSV file are separated: as its first line says (`sep=;`, as spreadsheets write it), else
 * by the character of comma, tab, semicolon and bar that its header has most often.
 */
export async function csvDialect(
  stream: AsyncIterable<Buffer>,
  given: string | undefined,
): Promise<CsvDialect> {
  const iterator = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isEnded = false;
  while (!isEnded && head.indexOf(newline) < 0 && head.length <= recordBytesMax) {
    const next = await iterator.next();
    isEnded = next.done === true;
    if (next.done !== true) head = Buffer.concat([head, next.value]);
  }
  const lineEnd = head.indexOf(newline);
  const line = head.subarray(0, lineEnd < 0 ? undefined : lineEnd).toString('utf8');
  const said = /^\uFEFF?"?sep=(.)"?\r?$/i.exec(line)?.[1];
  const skippedBytes = said === undefined || lineEnd < 0 ? 0 : lineEnd + 1;
  const rest = head.subarray(skippedBytes);
  async function* chunks(): AsyncGenerator<Buffer> {
    if (rest.length > 0) yield rest;
    if (!isEnded) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { delimiter: given ?? said ?? mostFrequent(line), skippedBytes, chunks: chunks() };
}

function mostFrequent(header: string): string {
  const bare = header.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = candidates.map((one) => [one, bare.split(one).length - 1] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

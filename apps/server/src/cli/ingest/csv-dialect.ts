import { recordBytesMax } from './row.ts';

/** The separator of the fields of a CSV file, and the bytes that follow once it is known. */
export interface CsvDialect {
  readonly delimiter: string;
  /** length of a first line that only sets the separator (`sep=;`); it is skipped */
  readonly skippedBytes: number;
  readonly chunks: AsyncIterable<Buffer>;
}

const newline = 0x0a;
const candidates = [',', '\t', ';', '|'] as const;

/**
 * Determines the separator of the fields of a CSV file: the one that its first line sets (`sep=;`, as spreadsheets
 * write it), otherwise the one of comma, tab, semicolon and bar that occurs most often in its header.
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

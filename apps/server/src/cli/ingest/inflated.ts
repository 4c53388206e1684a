import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { IngestStop } from './ingest-stop.ts';

/** Whether bytes are the beginning of a gzip file (RFC 1952, section 2.3.1). */
export function isGzip(beginning: Uint8Array): boolean {
  return beginning[0] === 0x1f && beginning[1] === 0x8b;
}

const foreign: readonly (readonly [beginning: string, what: string, advice: string])[] = [
  [
    '504b0304',
    'it is a ZIP archive or an Excel workbook',
    'Unpack it, or save it as CSV, and name that file.',
  ],
  ['50415231', 'it is a Parquet file', 'Export CSV or JSON, and name that file.'],
  ['28b52ffd', 'it is compressed with zstd', 'Unpack it first.'],
  ['425a68', 'it is compressed with bzip2', 'Unpack it first.'],
  ['fffe', 'it is UTF-16', 'Save it as UTF-8.'],
  ['feff', 'it is UTF-16', 'Save it as UTF-8.'],
];
const beginningBytes = 4;

/**
 * The bytes of a file, inflated if it is compressed with gzip. Nothing is read ahead.
 *
 * @throws {IngestStop} if the compressed data are broken or cut off, or the file is of an unsupported kind
 */
export async function* inflated(
  source: AsyncIterable<Buffer>,
  onCompressed: () => void,
): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isEnded = false;
  while (!isEnded && head.length < beginningBytes) {
    const next = await iterator.next();
    isEnded = next.done === true;
    if (next.done !== true) head = Buffer.concat([head, next.value]);
  }
  async function* chunks(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    if (!isEnded) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  if (!isGzip(head)) {
    refuseForeign(head);
    yield* chunks();
    return;
  }
  onCompressed();
  try {
    // An error of the file destroys the inflater, and so is thrown by it.
    yield* pipeline(chunks(), createGunzip(), () => undefined);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    throw new IngestStop(
      `the compressed data are broken or cut off: ${String(error)}`,
      'Get the complete file, then run the same command again: the server recognizes items that were already sent by their ids.',
      error,
    );
  }
}

function refuseForeign(head: Buffer): void {
  const hex = head.subarray(0, beginningBytes).toString('hex');
  const found = foreign.find(([beginning]) => hex.startsWith(beginning));
  if (found !== undefined) throw new IngestStop(`cannot read the file: ${found[1]}`, found[2]);
}

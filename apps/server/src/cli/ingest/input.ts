import { closeSync, createReadStream, openSync, readSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { inflated, isGzip } from './inflated.ts';
import { IngestStop } from './ingest-stop.ts';

/** The file to ingest, opened. */
export interface Input {
  readonly stream: AsyncIterable<Buffer>;
  /** `undefined` for a pipe, and where the file is compressed */
  readonly sizeBytes: number | undefined;
  /** Whether it is compressed, and so finished; known once something was read. */
  readonly isCompressed: boolean;
  /** Whether nobody wrote to the file since it was opened. What came out of a pipe to its end is all there is. */
  isUnchanged(): Promise<boolean>;
  /** Stops reading at once, also from a pipe that is silent. */
  close(): void;
}

/**
 * Opens a file for reading. What is compressed with gzip is inflated on the way.
 *
 * @param file its path, or `-` for the standard input
 * @throws {IngestStop} when it cannot be read
 */
export async function openInput(file: string, standardInput: Readable): Promise<Input> {
  if (file === '-') return inputOf(standardInput);
  const before = await statusOf(file);
  if (before.isDirectory()) throw new IngestStop(`cannot read ${file}: it is a folder`);
  const stream = createReadStream(file);
  if (!before.isFile()) return inputOf(stream);
  return inputOf(stream, isGzip(beginningOf(file)) ? undefined : before.size, async () => {
    const now = await statusOf(file);
    return now.size === before.size && now.mtimeMs === before.mtimeMs;
  });
}

function inputOf(
  source: Readable,
  sizeBytes?: number,
  isUnchanged: () => Promise<boolean> = () => Promise.resolve(true),
): Input {
  let isCompressed = false;
  const onCompressed = () => {
    isCompressed = true;
  };
  const stream = Readable.from(inflated(source, onCompressed), { objectMode: false });
  return {
    stream,
    sizeBytes,
    get isCompressed() {
      return isCompressed;
    },
    isUnchanged,
    close: () => {
      source.destroy();
      stream.destroy();
    },
  };
}

function beginningOf(file: string): Buffer {
  const beginning = Buffer.alloc(2);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, beginning, 0, 2, 0);
  } finally {
    closeSync(descriptor);
  }
  return beginning;
}

async function statusOf(file: string): Promise<Stats> {
  try {
    return await stat(file);
  } catch (error) {
    throw new IngestStop(`cannot read ${file}: ${error instanceof Error ? error.message : error}`, error);
  }
}

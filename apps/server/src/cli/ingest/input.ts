import { createReadStream, openSync, readSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { inflated, isGzip } from './inflated.ts';
import { IngestStop } from './ingest-stop.ts';

/** The file to ingest, opened. */
export interface Input {
  readonly stream: AsyncIterable<Buffer>;
  /** `undefined` for a pipe, and for a compressed file */
  readonly sizeBytes: number | undefined;
  /** Whether it is compressed, and so complete; known once something was read. */
  readonly isCompressed: boolean;
  /** Whether the file is unchanged since it was opened. A pipe that was read to its end is complete. */
  isUnchanged(): Promise<boolean>;
  /** Stops reading immediately, even from a silent pipe. */
  close(): void;
}

/**
 * Opens a file for reading. A file compressed with gzip is inflated while it is read.
 *
 * @param file its path, or `-` for the standard input
 * @throws {IngestStop} if it cannot be read
 */
export async function openInput(file: string, standardInput: Readable): Promise<Input> {
  if (file === '-') return inputOf(standardInput);
  const before = await statusOf(file);
  if (before.isDirectory()) throw new IngestStop(`cannot read ${file}: it is a folder`, 'Name a file in it.');
  const descriptor = opened(file);
  const isPlain = before.isFile() && !isGzip(beginningOf(descriptor));
  const stream = createReadStream(file, { fd: descriptor });
  if (!before.isFile()) return inputOf(stream);
  return inputOf(stream, isPlain ? before.size : undefined, async () => {
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

/** Opened here and not by the stream, which would report an error before anything listens. */
function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Reads without moving the position at which the stream begins. */
function beginningOf(descriptor: number): Buffer {
  const beginning = Buffer.alloc(2);
  readSync(descriptor, beginning, 0, 2, 0);
  return beginning;
}

async function statusOf(file: string): Promise<Stats> {
  try {
    return await stat(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): IngestStop {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new IngestStop(
        `cannot read ${file}: there is no such file`,
        'Correct the name of the file; a relative name begins in the folder where the command runs.',
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return new IngestStop(
        `cannot read ${file}: permission denied`,
        'Give this user the right to read the file, or run the command as a user that has it.',
        error,
      );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new IngestStop(
    `cannot read ${file}: ${reason}`,
    'Make the file readable, then run the same command again.',
    error,
  );
}

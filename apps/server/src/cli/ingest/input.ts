import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { IngestStop } from './ingest-stop.ts';

/** The file to ingest, opened. */
export interface Input {
  readonly stream: Readable;
  /** `undefined` for a pipe */
  readonly sizeBytes: number | undefined;
  /** Whether nobody wrote to the file since it was opened. What came out of a pipe to its end is all there is. */
  isUnchanged(): Promise<boolean>;
}

/**
 * Opens a file for reading.
 *
 * @param file its path, or `-` for the standard input
 * @throws {IngestStop} when it cannot be read
 */
export async function openInput(file: string, standardInput: Readable): Promise<Input> {
  if (file === '-') return pipe(standardInput);
  const before = await statusOf(file);
  if (before.isDirectory()) throw new IngestStop(`cannot read ${file}: it is a folder`);
  const stream = createReadStream(file);
  if (!before.isFile()) return pipe(stream);
  return {
    stream,
    sizeBytes: before.size,
    isUnchanged: async () => {
      const now = await statusOf(file);
      return now.size === before.size && now.mtimeMs === before.mtimeMs;
    },
  };
}

function pipe(stream: Readable): Input {
  return { stream, sizeBytes: undefined, isUnchanged: () => Promise.resolve(true) };
}

async function statusOf(file: string): Promise<Stats> {
  try {
    return await stat(file);
  } catch (error) {
    throw new IngestStop(`cannot read ${file}: ${error instanceof Error ? error.message : error}`, error);
  }
}

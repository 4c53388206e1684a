import { closeSync, openSync, readSync } from 'node:fs';

const bytesMax = 4_096;

/**
 * Reads a secret from a file, such as one that an orchestrator mounts. White space around it is ignored.
 *
 * @throws {Error} if the file cannot be read, or is longer than any secret
 */
export function readSecretFile(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(bytesMax + 1);
    const length = readSync(descriptor, bytes);
    if (length > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`);
    return bytes.toString('utf8', 0, length).trim();
  } finally {
    closeSync(descriptor);
  }
}

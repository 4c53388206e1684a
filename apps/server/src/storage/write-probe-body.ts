import { randomBytes } from 'node:crypto';

/** As much as a batch of some size: a disk that has room for a single page only is not well. */
const probeBytes = 16_384;

/** The body of a probe; another one each time, because an engine does not write what is the same already. */
export function writeProbeBody(): Buffer {
  return randomBytes(probeBytes);
}

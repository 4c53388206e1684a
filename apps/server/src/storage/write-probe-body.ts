import { randomBytes } from 'node:crypto';

/** As large as a batch: a disk with room for a single page is not enough. */
const probeBytes = 16_384;

/** The body of a probe; a different one each time, because an engine does not write an unchanged value. */
export function writeProbeBody(): Buffer {
  return randomBytes(probeBytes);
}

import { randomBytes } from 'node:crypto';

/** As large as a batch, so that a disk with room for only a single page fails the probe. */
const probeBytes = 16_384;

/** The body of a probe; a different one each time, because an engine does not write an unchanged value. */
export function writeProbeBody(): Buffer {
  return randomBytes(probeBytes);
}

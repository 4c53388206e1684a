import { hash } from 'node:crypto';
import { uuidV7TimeMs } from './uuid-v7.ts';

/** SHA-256 of a text (as UTF-8) or of bytes, as 64 lower-case hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** What the digest of a key without a time begins with: no UUIDv7 has such a time before the year 10800. */
const untimedMark = 'ff';

/**
 * The digest under which an idempotency key is stored: 16 bytes as 32 hexadecimal digits. A UUIDv7 keeps its
 * 48-bit time in front of 80 bits of its digest, so that new keys land together in an index; every other key is
 * `ff` and 120 bits of its digest. So a digest tells by itself whether it may live in the part of its own day.
 *
 * @param timeMs the time of the key, where it is known already
 */
export function keyDigest(key: string, timeMs = uuidV7TimeMs(key)): string {
  const digest = sha256(key);
  if (timeMs === undefined) return untimedMark + digest.slice(0, 30);
  return timeMs.toString(16).padStart(12, '0') + digest.slice(0, 20);
}

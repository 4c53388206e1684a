import { hash } from 'node:crypto';
import { uuidV7TimeMs } from './uuid-v7.ts';

/** SHA-256 of a text (as UTF-8) or of bytes, as 64 lower-case hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** The first characters of the digest of a key without a time. No UUIDv7 has such a time before the year 10800. */
const untimedMark = 'ff';

/**
 * The digest under which an idempotency key is stored: 16 bytes as 32 hexadecimal digits. For a UUIDv7 it is the key's
 * 48-bit time followed by 80 bits of the key's digest, so new keys are close together in an index. For every other key
 * it is `ff` followed by 120 bits of its digest. The digest alone therefore shows whether the key may be stored in the
 * partition of its day.
 *
 * @param timeMs the time of the key, if already known
 */
export function keyDigest(key: string, timeMs = uuidV7TimeMs(key)): string {
  const digest = sha256(key);
  if (timeMs === undefined) return untimedMark + digest.slice(0, 30);
  // The digits of the time begin the key: to print them again costs as much as half a digest.
  return (key.slice(0, 8) + key.slice(9, 13)).toLowerCase() + digest.slice(0, 20);
}

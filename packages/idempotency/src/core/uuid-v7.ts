const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * Writes a UUIDv7: 48 bits of time, the version, 12 bits, the variant, and 62 bits. The caller chooses the bits: random
 * ones, or a counter with a random tail.
 *
 * @param timeMs milliseconds since the epoch, below 2^48
 * @param afterVersion 12 bits
 * @param afterVariant 14 bits
 * @param tail the last 48 bits, as 12 hexadecimal digits
 * @see RFC 9562, section 5.7
 */
export function formatUuidV7(
  timeMs: number,
  afterVersion: number,
  afterVariant: number,
  tail: string,
): string {
  const time = timeMs.toString(16).padStart(12, '0');
  const third = (0x7000 | afterVersion).toString(16);
  const fourth = (0x8000 | afterVariant).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${third}-${fourth}-${tail}`;
}

/**
 * The time in a UUIDv7, in milliseconds since the epoch, or `undefined` if the text is not a UUIDv7. Version and
 * variant are checked; no other format is accepted.
 *
 * @see RFC 9562, section 5.7
 */
export function uuidV7TimeMs(text: string): number | undefined {
  // A fast exit for most texts that are not a UUIDv7.
  if (text.length !== 36 || text.charAt(14) !== '7') return undefined;
  if (!uuidV7.test(text)) return undefined;
  return Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16);
}

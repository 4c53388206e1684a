const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

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

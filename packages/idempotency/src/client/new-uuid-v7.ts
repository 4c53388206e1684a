import type { FetchClock } from './fetch-clock.ts';
import type { RandomSource } from './random-source.ts';

/**
 * Generates a UUIDv7: 48 bits of time in milliseconds, 74 random bits.
 *
 * @see RFC 9562, section 5.7
 */
export function newUuidV7(clock: Pick<FetchClock, 'nowMs'>, random: RandomSource): string {
  const time = clock.nowMs().toString(16).padStart(12, '0');
  const [variantAndHigh = 0, ...low] = random(10);
  const digits = low.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = (0x80 | (variantAndHigh & 0x3f)).toString(16);
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${digits.slice(0, 3)}`,
    `${variant}${digits.slice(3, 5)}`,
    digits.slice(5, 17),
  ].join('-');
}

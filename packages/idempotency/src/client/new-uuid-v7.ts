import { formatUuidV7 } from '../core/uuid-v7.ts';
import type { FetchClock } from './fetch-clock.ts';
import type { RandomSource } from './random-source.ts';

/**
 * Generates a UUIDv7: 48 bits of time in milliseconds, 74 random bits.
 *
 * @see RFC 9562, section 5.7
 */
export function newUuidV7(clock: Pick<FetchClock, 'nowMs'>, random: RandomSource): string {
  const [a = 0, b = 0, c = 0, d = 0, ...rest] = random(10);
  const tail = rest.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return formatUuidV7(clock.nowMs(), ((a << 8) | b) & 0xfff, ((c << 8) | d) & 0x3fff, tail);
}

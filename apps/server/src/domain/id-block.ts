import { formatUuidV7 } from '@billonce/idempotency/core';

/** A place in the order of ids: a millisecond, and a number in it. */
export interface IdPlace {
  readonly timeMs: number;
  /** at most 2^32, which means the end of the millisecond */
  readonly counter: number;
}

/** Where the ids of one batch begin: ids made from it sort in the order of their numbers. */
export interface IdBlock extends IdPlace {
  /** ten hexadecimal digits of randomness */
  readonly randomTail: string;
}

const counterEnd = 2 ** 32;

/**
 * The next block with room for a number of ids: at the clock's time, but never before a place that the books have
 * reached. While the clock is earlier than that place, the ids continue from there.
 */
export function nextIdBlock(reached: IdPlace, nowMs: number, ids: number, randomTail: string): IdBlock {
  if (nowMs > reached.timeMs) return { timeMs: nowMs, counter: 0, randomTail };
  const isFull = reached.counter + ids > counterEnd;
  if (isFull) return { timeMs: reached.timeMs + 1, counter: 0, randomTail };
  return { ...reached, randomTail };
}

/** The place after so many ids of a block. */
export function placeAfter({ timeMs, counter }: IdBlock, ids: number): IdPlace {
  return { timeMs, counter: counter + ids };
}

/** The place after an id; every id from there on is greater. */
export function placeAfterId(id: string): IdPlace {
  const digits = id.replaceAll('-', '');
  const at = (from: number, to: number) => Number.parseInt(digits.slice(from, to), 16);
  const counter = at(13, 16) * 2 ** 20 + (at(16, 20) & 0x3fff) * 2 ** 6 + (at(20, 22) >>> 2);
  return { timeMs: at(0, 12), counter: counter + 1 };
}

/** The two hexadecimal digits of each byte. */
const digitsOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/**
 * Makes the UUIDv7 with a number in a block: time, a 32-bit counter, a random tail. The counter keeps ids of one
 * millisecond in their order.
 *
 * Each entry of a bulk takes one. The common part is formatted once, and the rest comes from a table: 0.14 µs instead
 * of 0.5.
 *
 * @see RFC 9562, section 6.2, method 1
 */
export function idsIn({ timeMs, counter, randomTail }: IdBlock): (number: number) => string {
  // The time, up to the version.
  const head = formatUuidV7(timeMs, 0, 0, '').slice(0, 14);
  return (number) => {
    const at = counter + number;
    // 12 bits of the counter follow the version, 14 the variant, and 6 are in the byte after that.
    const third = 0x7000 | (at >>> 20);
    const fourth = 0x8000 | ((at >>> 6) & 0x3fff);
    return `${head}${fourDigits(third)}-${fourDigits(fourth)}-${digitsOfByte[(at & 0x3f) << 2]}${randomTail}`;
  };
}

function fourDigits(value: number): string {
  return `${digitsOfByte[value >>> 8]}${digitsOfByte[value & 0xff]}`;
}

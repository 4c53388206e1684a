/** Where the ids of one command begin: ids made from it sort in the order of their numbers. */
export interface IdBlock {
  readonly timeMs: number;
  /** below 2^32, and so must be the last number added to it */
  readonly counter: number;
  /** ten hexadecimal digits of randomness */
  readonly randomTail: string;
}

/**
 * The UUIDv7 with a number in a block: time, a 32-bit counter, a random tail. The counter keeps ids of one
 * millisecond in their order.
 *
 * @see RFC 9562, section 6.2, method 1
 */
export function idIn(block: IdBlock, number: number): string {
  const time = block.timeMs.toString(16).padStart(12, '0');
  const counter = block.counter + number;
  // 12 bits of the counter stand behind the version, 14 behind the variant, 6 in the byte after that.
  const third = (0x7000 | (counter >>> 20)).toString(16);
  const fourth = (0x8000 | ((counter >>> 6) & 0x3fff)).toString(16);
  const fifth = ((counter & 0x3f) << 2).toString(16).padStart(2, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${third}-${fourth}-${fifth}${block.randomTail}`;
}

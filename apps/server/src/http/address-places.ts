import { isIPv6 } from 'node:net';
import { LocalTally, type Tally } from './tally.ts';

/** Counts how many places each client address has taken, so that no address takes all of them. */
export class AddressPlaces {
  readonly #max: number;
  readonly #tally: Tally;

  constructor(max: number, tally: Tally = new LocalTally()) {
    this.#max = max;
    this.#tally = tally;
  }

  /** Takes a place for an address; returns a function that gives it back, or `undefined` if the address has its maximum. */
  take(address: string): (() => void) | undefined {
    const name = `address ${addressGroup(address)}`;
    return this.#tally.take(name, this.#max) ? () => this.#tally.giveBack(name) : undefined;
  }
}

/**
 * The addresses that count as one client: an IPv4 address, even if written as IPv6, or the /64 network of an IPv6
 * address, because a single client usually has all addresses of one.
 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [withoutZone = ''] = address.split('%', 1);
  const [head = '', tail] = withoutZone.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const segments = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const network = segments.slice(0, 4).map((segment) => Number.parseInt(segment, 16).toString(16));
  return `${network.join(':')}::/64`;
}

import { BlockList, isIP } from 'node:net';

const listsMax = 1_000;

/** Checks whether addresses are in lists of ranges. Recently used lists are kept parsed. */
export class AddressRanges {
  readonly #lists = new Map<string, BlockList>();

  /** Whether an IP address is one of the addresses, or in one of the ranges. An IPv4 address also matches as `::ffff:…`. */
  include(ranges: readonly string[], address: string): boolean {
    // A link-local address can have a zone; a range never has one.
    const [bare = ''] = address.split('%', 1);
    const family = isIP(bare);
    return family !== 0 && this.#listOf(ranges).check(bare, familyName(family));
  }

  #listOf(ranges: readonly string[]): BlockList {
    const name = ranges.join(' ');
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    if (this.#lists.size >= listsMax) this.#lists.clear();
    const list = new BlockList();
    for (const range of ranges) addRange(list, range);
    this.#lists.set(name, list);
    return list;
  }
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits] = range.split('/');
  const family = isIP(address);
  if (bits === undefined) list.addAddress(address, familyName(family));
  else list.addSubnet(address, Number(bits), familyName(family));
}

function familyName(family: number): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

import { pointerTo } from './pointer.ts';
import type { Fault } from './validate.ts';

/** Names that are listed; a request that has more of them ends its list with `...`. */
const listedMax = 16;
/** The most characters of one name, in percent-encoding. */
const nameLengthMax = 64;

/** The response header that lists the ignored names of a request. */
export const ignoredHeader = 'Ignored-Parameters';

/** The names in a request that were ignored: unknown names, and filters with an invalid value. */
export class IgnoredNames {
  readonly #listed: { readonly at: string; readonly name: string; readonly message: string }[] = [];
  #count = 0;

  /**
   * @param at where the object with the name is, as a JSON pointer of known names
   * @param message why it is ignored, for a server that refuses it
   */
  add(at: string, name: string, message = 'is not a member or parameter of this request'): void {
    this.#count += 1;
    if (this.#listed.length < listedMax) this.#listed.push({ at, name, message });
  }

  /** How many names were ignored, including those that are not listed. */
  get count(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#listed.length === 0;
  }

  /** The header's value: `page, items[3].foo`. Names are in percent-encoding, so that one name cannot look like two. */
  get header(): string {
    const names = this.#listed.map(({ at, name }) => `${pathOf(at)}${shown(name)}`);
    return [...names, ...(this.#count > listedMax ? ['...'] : [])].join(', ');
  }

  /** The same as faults, for a server that refuses them. */
  get faults(): readonly Fault[] {
    return this.#listed.map(({ at, name, message }) => ({ pointer: pointerTo(at, name), message }));
  }
}

/** `/items/3` as `items[3].` */
function pathOf(at: string): string {
  if (at === '') return '';
  return `${at
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')}.`;
}

function shown(name: string): string {
  if (name === '') return '""';
  const encoded = encodeURIComponent(name.slice(0, nameLengthMax).toWellFormed());
  if (encoded.length <= nameLengthMax && name.length <= nameLengthMax) return encoded;
  return `${encoded.slice(0, nameLengthMax).replace(/%.?$/, '')}...`;
}

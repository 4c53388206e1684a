import type { Journal } from '@billonce/idempotency/client';
import type { RecordedItem } from './recorder-options.ts';

/** The names of a recorder's operations begin with this. A journal may also have other operations. */
const prefix = 'usage ';

/** Where items are sent. */
interface Place {
  readonly url: string;
  /** the tenant that the admin key acts for */
  readonly tenant: string | undefined;
}

/**
 * The items that a journal keeps. An item is an operation that has not ended: its name has the whole item, its key is
 * the item's id.
 */
export class KeptItems {
  readonly #journal: Journal | undefined;
  readonly #url: string;
  /** names the tenant in the URL of an entry */
  readonly #fragment: string;
  readonly #nowMs: () => number;

  constructor(journal: Journal | undefined, { url, tenant }: Place, nowMs: () => number) {
    this.#journal = journal;
    this.#fragment = tenant === undefined ? '' : `#${tenant}`;
    this.#url = url + this.#fragment;
    this.#nowMs = nowMs;
  }

  /** Resolves when the item survives a crash. */
  async keep(item: RecordedItem): Promise<void> {
    await this.#journal?.begin(nameOf(item), {
      key: item.id,
      method: 'POST',
      url: this.#url,
      bodyDigest: '',
      begunAtMs: this.#nowMs(),
    });
  }

  async forget(item: RecordedItem): Promise<void> {
    await this.#journal?.end(nameOf(item), item.id);
  }

  /**
   * The items that a previous process left, oldest first. The server may have moved since then, so its address does not
   * matter. Items that another recorder kept for another tenant must not be billed to this one.
   */
  async left(): Promise<readonly RecordedItem[]> {
    const pending = (await this.#journal?.pending()) ?? [];
    return pending
      .filter(({ url }) => fragmentOf(url) === this.#fragment)
      .flatMap(({ operation, key }) => itemOf(operation, key) ?? []);
  }
}

function fragmentOf(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? '' : url.slice(at);
}

function nameOf(item: RecordedItem): string {
  return prefix + JSON.stringify(item);
}

/** `undefined`: an operation of the program, whose name may begin like those of recorders. */
function itemOf(operation: string, key: string): RecordedItem | undefined {
  if (!operation.startsWith(prefix)) return undefined;
  const value = parseJson(operation.slice(prefix.length));
  if (typeof value !== 'object' || value === null || !('id' in value) || value.id !== key) return undefined;
  // Casts what `nameOf` printed; the server checks the item again.
  return value as RecordedItem;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { Journal } from '@billonce/idempotency/client';
import type { RecordedItem } from './recorder-options.ts';

/** In a journal that also has other operations, those of recorders begin like this. */
const prefix = 'usage ';

/**
 * The items that a journal keeps. An item is an operation that has not ended: its name has the whole item, its key is
 * the item's id.
 */
export class KeptItems {
  readonly #journal: Journal | undefined;
  readonly #url: string;
  readonly #nowMs: () => number;

  constructor(journal: Journal | undefined, url: string, nowMs: () => number) {
    this.#journal = journal;
    this.#url = url;
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

  /** What a process before this one left, oldest first. */
  async left(): Promise<readonly RecordedItem[]> {
    const pending = (await this.#journal?.pending()) ?? [];
    return pending.flatMap(({ operation, key }) => itemOf(operation, key) ?? []);
  }
}

function nameOf(item: RecordedItem): string {
  return prefix + JSON.stringify(item);
}

/** `undefined`: an operation of the program, whose name may begin like those of recorders. */
function itemOf(operation: string, key: string): RecordedItem | undefined {
  if (!operation.startsWith(prefix)) return undefined;
  const value = parseJson(operation.slice(prefix.length));
  if (typeof value !== 'object' || value === null || !('id' in value) || value.id !== key) return undefined;
  // What `nameOf` printed; the server checks it once more.
  return value as RecordedItem;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { BillonceError } from '../billonce-error.ts';
import type { ItemVerdict } from './judge-bulk.ts';
import type { KeptItems } from './kept-items.ts';
import type {
  ItemRefusal,
  RecordedItem,
  RecorderCounts,
  RecorderFault,
  RecorderSettings,
} from './recorder-options.ts';

const differingUsage: ItemRefusal = {
  error: 'usage_id_conflict',
  message: 'another item with this id waits, with other usage',
};

/** The items that have no answer yet, in memory and in the journal, and the counts of the others. */
export class WaitingItems {
  readonly #settings: RecorderSettings;
  readonly #kept: KeptItems;
  /** by their ids, oldest first */
  readonly #items = new Map<string, RecordedItem>();
  readonly #counts = { recorded: 0, duplicates: 0, refused: 0 };
  /** what is being written into the journal */
  readonly #writing = new Set<Promise<void>>();
  /** the items that the journal does not have, and why */
  readonly #unsaved = new Map<string, unknown>();

  constructor(settings: RecorderSettings, kept: KeptItems) {
    this.#settings = settings;
    this.#kept = kept;
  }

  get size(): number {
    return this.#items.size;
  }

  /**
   * Takes an item, unless it waits already.
   *
   * @throws {BillonceError} `recorder_full`
   */
  add(item: RecordedItem): void {
    const known = this.#items.get(item.id);
    if (known !== undefined) {
      if (JSON.stringify(known) !== JSON.stringify(item)) this.#refuse(item, differingUsage);
      return;
    }
    const { itemsMax } = this.#settings;
    if (this.#items.size >= itemsMax) {
      throw new BillonceError('recorder_full', `${itemsMax} items wait, and the recorder takes no more`);
    }
    this.#items.set(item.id, item);
    this.#track(this.#save(item));
  }

  /** Takes the items that a previous process left in the journal. */
  async resume(): Promise<void> {
    try {
      for (const item of await this.#kept.left())
        if (!this.#items.has(item.id)) this.#items.set(item.id, item);
    } catch (error) {
      this.report('journal_failed', error);
    }
  }

  /** The oldest items. */
  first(count: number): readonly RecordedItem[] {
    const found: RecordedItem[] = [];
    for (const item of this.#items.values()) {
      if (found.length >= count) break;
      found.push(item);
    }
    return found;
  }

  /** Applies the server's verdict on an item. */
  settle(verdict: ItemVerdict): void {
    const { item } = verdict;
    this.#items.delete(item.id);
    switch (verdict.kind) {
      case 'later':
        // To the end of the queue: the others need not wait for it.
        this.#items.set(item.id, item);
        return;
      case 'refused':
        this.#refuse(item, verdict.refusal);
        return;
      case 'recorded':
        this.#counts.recorded += 1;
        this.#forget(item);
        return;
      case 'duplicate':
        this.#counts.duplicates += 1;
        this.#forget(item);
    }
  }

  /**
   * Resolves when every item that waits is in the journal.
   *
   * @throws {BillonceError} `journal_failed`
   */
  async saved(): Promise<void> {
    if (this.#settings.journal === undefined) {
      throw new BillonceError('journal_failed', 'the recorder has no journal: its items are in memory');
    }
    await this.written();
    const [cause] = this.#unsaved.values();
    if (cause === undefined) return;
    const message = `${this.#unsaved.size} items could not be written into the journal; they are in memory`;
    throw new BillonceError('journal_failed', message, { cause });
  }

  /** Resolves when nothing is being written. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }

  counts(): RecorderCounts {
    return { waiting: this.#items.size, ...this.#counts };
  }

  report(code: RecorderFault['code'], error: unknown): void {
    const fault = { code, error, waiting: this.#items.size };
    // In a separate turn, so that an error of the callback is thrown in the program, and does not end the sending.
    queueMicrotask(() => this.#settings.onFault(fault));
  }

  #refuse(item: RecordedItem, refusal: ItemRefusal): void {
    this.#counts.refused += 1;
    queueMicrotask(() => {
      this.#settings.onRefused(item, refusal);
      this.#forget(item);
    });
  }

  async #save(item: RecordedItem): Promise<void> {
    try {
      await this.#kept.keep(item);
    } catch (error) {
      if (this.#items.has(item.id)) this.#unsaved.set(item.id, error);
      this.report('journal_failed', error);
    }
  }

  #forget(item: RecordedItem): void {
    this.#unsaved.delete(item.id);
    this.#track(this.#end(item));
  }

  async #end(item: RecordedItem): Promise<void> {
    try {
      await this.#kept.forget(item);
    } catch {
      // It is sent again after a restart, and the server recognizes it.
    }
  }

  #track(write: Promise<void>): void {
    const tracked = write.finally(() => this.#writing.delete(tracked));
    this.#writing.add(tracked);
  }
}

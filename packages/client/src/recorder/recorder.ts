import { type FetchClock, newUuidV7, type RandomSource } from '@billonce/idempotency/client';
import { BillonceError } from '../billonce-error.ts';
import type { Call } from '../call.ts';
import type { UsageItem } from '../contract/types.ts';
import { isOfItems, isTooLarge, judgeResults } from './judge-bulk.ts';
import { KeptItems } from './kept-items.ts';
import {
  checkRecorderOptions,
  type RecordedItem,
  type Recorder,
  type RecorderCounts,
  type RecorderOptions,
  type RecorderSettings,
} from './recorder-options.ts';
import { WaitingItems } from './waiting-items.ts';

/** The parts of its client that a recorder uses. */
interface Surroundings {
  readonly baseUrl: string;
  readonly tenant: string | undefined;
  readonly clock: FetchClock;
  readonly random: RandomSource;
}

const closeMs = 10_000;
const firstPauseMs = 500;

/**
 * Opens a recorder. It first sends the items that a previous process left in the journal.
 *
 * @throws {BillonceError} `invalid_options`
 */
export function openRecorder(call: Call, surroundings: Surroundings, options: RecorderOptions): Recorder {
  return new OpenRecorder(call, surroundings, checkRecorderOptions(options));
}

class OpenRecorder implements Recorder {
  readonly #call: Call;
  readonly #settings: RecorderSettings;
  readonly #surroundings: Surroundings;
  readonly #items: WaitingItems;
  /** ends everything that is under way */
  readonly #stop = new AbortController();
  /** ends a pause between two requests */
  #wake = new AbortController();
  #isHurried = false;
  #isClosed = false;
  /** how many requests have failed in a row */
  #failures = 0;
  /** how many items a request has at most; fewer than `flushItems` after a request was too large */
  #bulkItems: number;
  #sending: Promise<void> | undefined;

  constructor(call: Call, surroundings: Surroundings, settings: RecorderSettings) {
    const { baseUrl, tenant, clock } = surroundings;
    const place = { url: `${baseUrl}/api/v1/usage/bulk`, tenant };
    const kept = new KeptItems(settings.journal, place, () => clock.nowMs());
    this.#call = call;
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#bulkItems = settings.flushItems;
    this.#items = new WaitingItems(settings, kept);
    this.#sending = this.#items.resume().then(() => this.#send());
  }

  add(item: UsageItem): string {
    if (this.#isClosed) {
      throw new BillonceError('recorder_closed', 'the recorder is closed and takes no more usage');
    }
    const identified = this.#identified(item);
    // Throws for a `bigint`: an item that cannot be sent would block all others.
    JSON.stringify(identified);
    this.#items.add(identified);
    // After a failure, more items are no reason to hurry.
    if (this.#items.size >= this.#settings.flushItems && this.#failures === 0) this.#wake.abort();
    this.#sending ??= this.#send();
    return identified.id;
  }

  saved(): Promise<void> {
    return this.#items.saved();
  }

  async flush({ deadlineMs = closeMs }: { readonly deadlineMs?: number } = {}): Promise<RecorderCounts> {
    if (this.#sending === undefined) return this.counts();
    this.#isHurried = true;
    this.#wake.abort();
    const over = new AbortController();
    const deadline = this.#surroundings.clock.sleep(deadlineMs, over.signal);
    await Promise.race([this.#sending, deadline]);
    over.abort();
    await deadline;
    return this.counts();
  }

  async close(options: { readonly deadlineMs?: number } = {}): Promise<RecorderCounts> {
    this.#isClosed = true;
    await this.flush(options);
    this.#stop.abort();
    this.#wake.abort();
    await this.#sending;
    await this.#items.written();
    return this.counts();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  counts(): RecorderCounts {
    return this.#items.counts();
  }

  #identified(item: UsageItem): RecordedItem {
    if (item.id !== undefined) return { ...item, id: item.id };
    const { clock, random } = this.#surroundings;
    const occurredAt = item.occurredAt ?? new Date(clock.nowMs()).toISOString();
    return { ...item, id: newUuidV7(clock, random), occurredAt };
  }

  /** Sends until nothing waits, or the recorder stops. Never rejects. */
  async #send(): Promise<void> {
    while (this.#items.size > 0 && !this.#stop.signal.aborted) {
      await this.#pause();
      if (!this.#stop.signal.aborted) await this.#sendBulk();
    }
    this.#isHurried = false;
    this.#sending = undefined;
  }

  /** Waits for more items, or after a failure for the server. */
  async #pause(): Promise<void> {
    const { flushItems, flushMs } = this.#settings;
    const isFull = this.#isHurried || this.#items.size >= flushItems;
    const waitMs = this.#failures > 0 ? this.#pauseMs() : isFull ? 0 : flushMs;
    if (waitMs > 0) await this.#surroundings.clock.sleep(waitMs, this.#wake.signal);
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }

  /** Doubles with each failure. Half of it is drawn, so that processes that failed together do not return together. */
  #pauseMs(): number {
    const doubledMs = firstPauseMs * 2 ** Math.min(this.#failures - 1, 20);
    const [drawn = 0] = this.#surroundings.random(1);
    return Math.ceil((Math.min(this.#settings.pauseMsMax, doubledMs) * (1 + drawn / 255)) / 2);
  }

  async #sendBulk(): Promise<void> {
    const items = this.#items.first(this.#bulkItems);
    try {
      const { deadlineMs } = this.#settings;
      const options = { deadlineMs, signal: this.#stop.signal };
      const results = await this.#call('recordUsageBulk', { body: { items } }, options);
      const verdicts = judgeResults(items, results);
      for (const verdict of verdicts) this.#items.settle(verdict);
      const later = verdicts.find((verdict) => verdict.kind === 'later');
      if (later === undefined && verdicts.length > 0) this.#failures = 0;
      else
        this.#fail(
          new BillonceError('unexpected_answer', later?.refusal.message ?? 'a bulk without results'),
        );
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!isTooLarge(error)) this.#fail(error);
      else if (items.length > 1) this.#bulkItems = Math.ceil(items.length / 2);
      else this.#refuse(items, error);
    }
  }

  /** A single item for which the server refuses the whole request. It waits if the item is not the reason. */
  #refuse(items: readonly RecordedItem[], error: BillonceError): void {
    const { code, message } = error;
    const kind = isOfItems(error) ? 'refused' : 'later';
    for (const item of items) this.#items.settle({ kind, item, refusal: { error: code, message } });
    // The size was not the reason, so the next requests have the full size again.
    this.#bulkItems = this.#settings.flushItems;
    if (kind === 'later') this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    this.#items.report(error instanceof BillonceError ? error.code : 'unexpected_answer', error);
  }
}

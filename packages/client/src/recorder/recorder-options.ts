import type { Journal } from '@billonce/idempotency/client';
import { BillonceError, type BillonceErrorCode } from '../billonce-error.ts';
import type { UsageItem } from '../contract/types.ts';

/** Usage that the recorder has, with the id by which the server recognizes it. */
export type RecordedItem = UsageItem & { readonly id: string };

/** Why the server refused an item. Sending it again has the same result. */
export interface ItemRefusal {
  /** an error code of the server, or `invalid_item` */
  readonly error: string;
  readonly message: string;
}

/** A temporary failure. The recorder keeps its items and tries again. */
export interface RecorderFault {
  /** `journal_failed`: the items are in memory only; any other code: the server did not take them */
  readonly code: BillonceErrorCode;
  readonly error: unknown;
  /** how many items wait */
  readonly waiting: number;
}

/** How a recorder collects and sends. Every duration is in milliseconds. */
export interface RecorderOptions {
  /**
   * Called with each item that the server refuses for good: it is not billed. After a crash it can be called again with
   * the same item.
   */
  readonly onRefused: (item: RecordedItem, refusal: ItemRefusal) => void;
  /** Called when items cannot be sent or kept for now. */
  readonly onFault?: ((fault: RecorderFault) => void) | undefined;
  /**
   * keeps items until the server has answered, also through a crash: `fileJournal`, or another one. Without it a crash
   * loses the waiting items. Recorders with API keys of different tenants need different journals: which key an item
   * was for is not kept
   */
  readonly journal?: Journal | undefined;
  /** how many items make a full request, which is sent immediately; 500 */
  readonly flushItems?: number;
  /** how long an item waits for others; 1 s */
  readonly flushMs?: number;
  /** how many items can wait, as while the server is down; more are refused with `recorder_full`; 100,000 */
  readonly itemsMax?: number;
  /** how long one request may be sent again and again before the recorder reports a fault; 30 s */
  readonly deadlineMs?: number;
  /** the longest pause between two requests that failed; 30 s */
  readonly pauseMsMax?: number;
}

/** How many items of a recorder have which outcome since it was opened. */
export interface RecorderCounts {
  /** not answered yet */
  readonly waiting: number;
  readonly recorded: number;
  /** recorded before, as by a process that was killed before it read the answer */
  readonly duplicates: number;
  readonly refused: number;
}

/** Collects usage and sends it in the background. */
export interface Recorder extends AsyncDisposable {
  /**
   * Takes an item and returns its id: the item's, or a new one. It does not wait. An item whose id is waiting already
   * is not added again.
   *
   * An item without an id gets the current time as `occurredAt`, unless it has one. An item with an id does not: a
   * repetition of it must be the same item.
   *
   * @throws {BillonceError} `recorder_full`, `recorder_closed`
   * @throws {TypeError} for a value that JSON cannot hold, such as a `bigint`
   */
  add(item: UsageItem): string;
  /**
   * Resolves when all items that were added so far are in the journal, and so survive a crash.
   *
   * @throws {BillonceError} `journal_failed` if some are not; they are in memory
   */
  saved(): Promise<void>;
  /** Sends the waiting items, and resolves when all of them are answered or `deadlineMs` (10 s) have passed. */
  flush(options?: { readonly deadlineMs?: number }): Promise<RecorderCounts>;
  /**
   * Takes no more items, sends the waiting ones, and stops. Items that are not answered after `deadlineMs` (10 s) stay
   * in the journal for the next start. The journal itself remains open.
   */
  close(options?: { readonly deadlineMs?: number }): Promise<RecorderCounts>;
  counts(): RecorderCounts;
}

/** Options, checked and with every default filled in. */
export interface RecorderSettings {
  readonly onRefused: RecorderOptions['onRefused'];
  readonly onFault: (fault: RecorderFault) => void;
  readonly journal: Journal | undefined;
  readonly flushItems: number;
  readonly flushMs: number;
  readonly itemsMax: number;
  readonly deadlineMs: number;
  readonly pauseMsMax: number;
}

const dayMs = 86_400_000;

/** Bounds of every numeric option: default, least, most. */
const numbers = {
  flushItems: [500, 1, 10_000],
  flushMs: [1_000, 0, dayMs],
  itemsMax: [100_000, 1, 10_000_000],
  deadlineMs: [30_000, 1, dayMs],
  pauseMsMax: [30_000, 1, dayMs],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;

/**
 * Fills in the defaults and checks every option.
 *
 * @throws {BillonceError} `invalid_options`
 */
export function checkRecorderOptions(options: RecorderOptions): RecorderSettings {
  const known = new Set([...Object.keys(numbers), 'onRefused', 'onFault', 'journal']);
  const faults = Object.keys(options)
    .filter((name) => !known.has(name))
    .map((name) => `a recorder has no option ${name}`);
  if (typeof options.onRefused !== 'function') {
    faults.push('onRefused must be a function: it is called with usage that is not billed');
  }
  const read = (name: keyof typeof numbers): number => {
    const [standard, least, most] = numbers[name];
    const value = options[name] ?? standard;
    if (!Number.isInteger(value) || value < least || value > most) {
      faults.push(`${name} must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
  const settings: RecorderSettings = {
    onRefused: options.onRefused,
    onFault: options.onFault ?? (() => undefined),
    journal: options.journal,
    flushItems: read('flushItems'),
    flushMs: read('flushMs'),
    itemsMax: read('itemsMax'),
    deadlineMs: read('deadlineMs'),
    pauseMsMax: read('pauseMsMax'),
  };
  if (faults.length > 0) throw new BillonceError('invalid_options', faults.join('; '));
  return settings;
}

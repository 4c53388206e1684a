import { randomUUIDv7 } from 'node:crypto';
import type { Bulk } from './cut-bulks.ts';
import type { Attempt, ItemResult, UsageClient } from './usage-client.ts';

/** The outcome of a bulk. */
export type Delivered =
  | { readonly kind: 'answered'; readonly results: readonly ItemResult[] }
  /** Stopped while the request was under way: the server may or may not have it. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly advice: string }
  /** No server ever answered. */
  | { readonly kind: 'unreached'; readonly reason: string; readonly advice: string };

/** Signals that end an ingestion early. */
export interface StopSignals {
  /** begin nothing new, and do not wait for another attempt */
  readonly stop: AbortSignal;
  /** do not wait for answers either */
  readonly cancel: AbortSignal;
}

export interface BulkSenderOptions {
  readonly client: Pick<UsageClient, 'sendBulk'>;
  readonly signals: StopSignals;
  /** how long all attempts may fail before it gives up */
  readonly giveUpMs: number;
  /** the same while no server has ever answered: this is more often a wrong address than a server that is starting */
  readonly unreachedMs: number;
  readonly nowMs: () => number;
  /** Waits, and ends early when the signal aborts. */
  readonly pause: (ms: number, until: AbortSignal) => Promise<void>;
  /** a number from 0 to 1 */
  readonly random: () => number;
  /** Called after each failed attempt, with the time for which it will keep trying. */
  readonly onFailure: (failure: Failure) => void;
}

/** A failed attempt that will be repeated. */
export interface Failure {
  readonly reason: string;
  /** whether a server has ever answered */
  readonly isReached: boolean;
  /** how much longer it will keep trying */
  readonly leftMs: number;
}

const firstWaitMs = 250;
const waitMsMax = 10_000;
const retryAfterMsMax = 60_000;

/**
 * Sends bulks to the server, as often as needed. All bulks of a run share one `BulkSender`, so they share its knowledge
 * of an outage.
 */
export class BulkSender {
  readonly #options: BulkSenderOptions;
  #failingSinceMs: number | undefined;
  #isReached = false;

  constructor(options: BulkSenderOptions) {
    this.#options = options;
  }

  /** Whether attempts are failing at the moment; the reason was passed to `onFailure`. */
  get isFailing(): boolean {
    return this.#failingSinceMs !== undefined;
  }

  /** Sends a bulk until it is answered. The key stays the same, so that the server recognizes a retry. */
  async deliver(bulk: Bulk): Promise<Delivered> {
    const { client, signals } = this.#options;
    const items = bulk.items.map(({ item }) => item);
    let key = randomUUIDv7();
    let expiredKeys = 0;
    for (let failures = 0; !signals.stop.aborted; failures += 1) {
      const attempt = await client.sendBulk(items, key, signals.cancel);
      if (attempt.kind !== 'failed') this.#isReached = true;
      switch (attempt.kind) {
        case 'answered':
          this.#failingSinceMs = undefined;
          return attempt;
        case 'rejected':
          return attempt;
        case 'key_expired':
          // The ids of the items show what the bulk did with its old key.
          key = randomUUIDv7();
          expiredKeys += 1;
          if (expiredKeys > 1) {
            return { kind: 'rejected', reason: attempt.reason, advice: attempt.advice };
          }
          break;
        case 'failed': {
          const hopeless = await this.#failed(attempt, failures);
          if (hopeless !== undefined) return hopeless;
          break;
        }
      }
    }
    return { kind: 'unanswered' };
  }

  /** Waits before the next attempt, or returns why there must be none. */
  async #failed(
    { reason, advice, retryAfterMs, isReached }: Extract<Attempt, { kind: 'failed' }>,
    failures: number,
  ): Promise<Delivered | undefined> {
    const { signals, giveUpMs, unreachedMs, nowMs, pause, random, onFailure } = this.#options;
    if (signals.stop.aborted) return undefined;
    this.#isReached ||= isReached;
    const boundMs = this.#isReached ? giveUpMs : unreachedMs;
    const failingMs = this.#failingSinceMs === undefined ? 0 : nowMs() - this.#failingSinceMs;
    onFailure({ reason, isReached: this.#isReached, leftMs: Math.max(boundMs - failingMs, 0) });
    this.#failingSinceMs ??= nowMs();
    if (failingMs >= boundMs) {
      const seconds = Math.round(failingMs / 1000);
      return this.#isReached
        ? { kind: 'rejected', reason: `the server accepted nothing for ${seconds} s: ${reason}`, advice }
        : { kind: 'unreached', reason: `no server answered for ${seconds} s: ${reason}`, advice };
    }
    await pause(waitMs(failures, retryAfterMs, random()), signals.stop);
    return undefined;
  }
}

/**
 * The wait after a number of failures: longer each time, bounded, and random so that clients do not retry together.
 *
 * @param random from 0 to 1
 */
export function waitMs(failures: number, retryAfterMs: number | undefined, random: number): number {
  const backOffMs = Math.min(waitMsMax, firstWaitMs * 2 ** failures) * (0.5 + random / 2);
  return Math.max(backOffMs, Math.min(retryAfterMs ?? 0, retryAfterMsMax));
}

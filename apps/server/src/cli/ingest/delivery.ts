import { randomUUIDv7 } from 'node:crypto';
import type { Bulk } from './cut-bulks.ts';
import type { Attempt, ItemResult, UsageClient } from './usage-client.ts';

/** What became of a bulk. */
export type Delivered =
  | { readonly kind: 'answered'; readonly results: readonly ItemResult[] }
  /** Stopped while it was on its way: the server has it or has it not. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly advice: string }
  /** No server ever answered. */
  | { readonly kind: 'unreached'; readonly reason: string; readonly advice: string };

/** What ends an ingestion before its time. */
export interface StopSignals {
  /** begin nothing new, and do not wait to try again */
  readonly stop: AbortSignal;
  /** do not wait for answers either */
  readonly cancel: AbortSignal;
}

export interface DeliveryOptions {
  readonly client: Pick<UsageClient, 'sendBulk'>;
  readonly signals: StopSignals;
  /** for how long nothing at all may get through before it gives up */
  readonly giveUpMs: number;
  /** the same while no server has ever answered: more often a wrong address than a server on its way up */
  readonly unreachedMs: number;
  readonly nowMs: () => number;
  /** Waits, and ends early when the signal aborts. */
  readonly pause: (ms: number, until: AbortSignal) => Promise<void>;
  /** a number from 0 to 1 */
  readonly random: () => number;
  /** Called with each failed attempt, and for how much longer it goes on trying. */
  readonly onFailure: (failure: Failure) => void;
}

/** An attempt that failed and will be made again. */
export interface Failure {
  readonly reason: string;
  /** whether a server has answered at all, now or before */
  readonly isReached: boolean;
  /** for how much longer it goes on trying */
  readonly leftMs: number;
}

const firstWaitMs = 250;
const waitMsMax = 10_000;
const retryAfterMsMax = 60_000;

/** Brings bulks to the server, however often that takes. All bulks of a run share one, and so know one outage. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #failingSinceMs: number | undefined;
  #isReached = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Why nothing gets through at the moment was told to `onFailure`; this says whether it still does not. */
  get isFailing(): boolean {
    return this.#failingSinceMs !== undefined;
  }

  /** Sends a bulk until it is answered. The key stays the same, so that the server knows a retry for one. */
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
          // What the bulk did under its old key is known by the ids of its items.
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

  /** Waits before the next attempt, or says why there is to be none. */
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
 * How long to wait after a number of failures: longer each time, bounded, and never all at once.
 *
 * @param random from 0 to 1
 */
export function waitMs(failures: number, retryAfterMs: number | undefined, random: number): number {
  const backOffMs = Math.min(waitMsMax, firstWaitMs * 2 ** failures) * (0.5 + random / 2);
  return Math.max(backOffMs, Math.min(retryAfterMs ?? 0, retryAfterMsMax));
}

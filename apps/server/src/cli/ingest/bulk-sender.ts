import type { UsageItem } from '@billonce/contract';
import type { Bulk } from './cut-bulks.ts';
import type { FailedAttempt, ItemResult, SentBulk, UsageClient } from './usage-client.ts';

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
  /** Called with each failed attempt, and for how much longer it goes on trying. */
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

/**
 * Sends bulks to the server, with as many attempts as needed. All bulks of a run share one sender, so an outage is
 * counted once.
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

  /** Sends a bulk until it is answered. All attempts have the same key, so that the server recognizes a retry. */
  async deliver(bulk: Bulk): Promise<Delivered> {
    const items = bulk.items.map(({ item }) => item);
    for (let expiredKeys = 0; !this.#options.signals.stop.aborted; ) {
      const sent = await this.#send(items);
      if (sent.kind !== 'key_expired') return sent;
      expiredKeys += 1;
      if (expiredKeys > 1) return { kind: 'rejected', reason: sent.reason, advice: sent.advice };
      // The next call has a new key. What the bulk did under its old key is known by the ids of its items.
    }
    return { kind: 'unanswered' };
  }

  async #send(items: readonly UsageItem[]): Promise<Delivered | Extract<SentBulk, { kind: 'key_expired' }>> {
    const { client, signals } = this.#options;
    const call = new AbortController();
    let isOnItsWay = false;
    let ending: Delivered = { kind: 'unanswered' };
    const onCancel = () => call.abort();
    const onStop = () => {
      if (!isOnItsWay) call.abort();
    };
    signals.cancel.addEventListener('abort', onCancel);
    signals.stop.addEventListener('abort', onStop);
    if (signals.cancel.aborted) onCancel();
    try {
      const sent = await client.sendBulk(items, {
        signal: call.signal,
        onSend: () => {
          isOnItsWay = true;
        },
        onFailure: (failure) => {
          isOnItsWay = false;
          const hopeless = signals.stop.aborted ? ending : this.#failed(failure);
          if (hopeless === undefined) return;
          ending = hopeless;
          call.abort();
        },
      });
      this.#isReached = true;
      if (sent.kind === 'answered') this.#failingSinceMs = undefined;
      return sent;
    } catch (error) {
      if (!call.signal.aborted) throw error;
      return ending;
    } finally {
      signals.cancel.removeEventListener('abort', onCancel);
      signals.stop.removeEventListener('abort', onStop);
    }
  }

  /** Records a failed attempt. Returns why there must be no other one, or `undefined`. */
  #failed({ reason, advice, isReached }: FailedAttempt): Delivered | undefined {
    const { giveUpMs, unreachedMs, nowMs, onFailure } = this.#options;
    this.#isReached ||= isReached;
    const boundMs = this.#isReached ? giveUpMs : unreachedMs;
    const failingMs = this.#failingSinceMs === undefined ? 0 : nowMs() - this.#failingSinceMs;
    onFailure({ reason, isReached: this.#isReached, leftMs: Math.max(boundMs - failingMs, 0) });
    this.#failingSinceMs ??= nowMs();
    if (failingMs < boundMs) return undefined;
    const seconds = Math.round(failingMs / 1000);
    return this.#isReached
      ? { kind: 'rejected', reason: `the server accepted nothing for ${seconds} s: ${reason}`, advice }
      : { kind: 'unreached', reason: `no server answered for ${seconds} s: ${reason}`, advice };
  }
}

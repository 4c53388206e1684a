import assert from 'node:assert/strict';
import { setTimeout as passing } from 'node:timers/promises';
import type { Receiver } from '../harness/receiver.ts';

/** After these statuses a client sends the same request again, under the same key. */
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503]);
const answerWithinMs = 30_000;

/** The measurements of an honest client. */
export interface Seen {
  /** from the first try to the answer, or to the end of the slice if there was no answer */
  readonly writeMs: number[];
  /** from the answer to the webhook's message */
  readonly deliveryMs: number[];
  /** tries without a final answer */
  refusedTries: number;
  /** writes that had no answer when the slice ended */
  unanswered: number;
}

interface Write {
  readonly number: number;
  readonly requests: number;
  readonly body: string;
}

/** What the server answered to a usage that it has recorded. */
interface Recorded {
  readonly text: string;
  readonly entryId: string;
}

/** A tenant whose usage must all be billed exactly once, no matter what others do. */
export class HonestTenant {
  readonly #url: string;
  readonly #apiKey: string;
  #sent = 0;
  #recordedRequests = 0;
  /** writes without an answer, which may have been recorded */
  readonly #open = new Set<Write>();
  readonly #answeredAtMs = new Map<string, number>();
  readonly #arrivedAtMs = new Map<string, number>();
  #undelivered = 0;
  #seen: Seen = nothingSeen();

  constructor(url: string, apiKey: string, receiver: Receiver) {
    this.#url = url;
    this.#apiKey = apiKey;
    receiver.answer = ({ headers }) => {
      receiver.received.length = 0;
      this.#arrived(String(headers['webhook-id']));
      return { status: 204 };
    };
  }

  /** The number of requests that it has recorded so far. */
  get recordedRequests(): number {
    return this.#recordedRequests;
  }

  /** Entries whose message has not arrived. */
  get undelivered(): number {
    return this.#undelivered;
  }

  /** The measurements since the last call. */
  takeSeen(): Seen {
    const seen = this.#seen;
    this.#seen = nothingSeen();
    return seen;
  }

  /** Records usage under a key, and repeats every fourth request. */
  async write(giveUpAtMs: number): Promise<void> {
    const number = ++this.#sent;
    const requests = 1 + (number % 7);
    const body = JSON.stringify({ agent: `agent-${number % 5}`, serviceId: 'search', requests });
    await this.#record({ number, requests, body }, giveUpAtMs);
  }

  /** Retries unanswered writes, and returns how many are still unanswered. */
  async retryOpen(giveUpAtMs: number): Promise<number> {
    for (const write of [...this.#open]) await this.#record(write, giveUpAtMs);
    return this.#open.size;
  }

  async #record(write: Write, giveUpAtMs: number): Promise<void> {
    const { number, requests, body } = write;
    this.#open.add(write);
    const sentAtMs = performance.now();
    const recorded = await this.#send(`honest-${number}`, body, giveUpAtMs);
    this.#seen.writeMs.push(performance.now() - sentAtMs);
    if (recorded === undefined) {
      this.#seen.unanswered++;
      return;
    }
    this.#open.delete(write);
    this.#recordedRequests += requests;
    this.#answered(recorded.entryId);
    if (number % 4 !== 0) return;
    const again = await this.#send(`honest-${number}`, body, giveUpAtMs);
    if (again !== undefined) assert.deepEqual(again, recorded);
  }

  async #send(key: string, body: string, giveUpAtMs: number): Promise<Recorded | undefined> {
    for (;;) {
      const answer = await this.#try(key, body, giveUpAtMs - performance.now());
      if (answer?.status === 201) return { text: answer.text, entryId: answer.entryId };
      if (answer !== undefined && !retriedStatuses.has(answer.status)) {
        throw new Error(`${key}: ${answer.status} ${answer.text}`);
      }
      this.#seen.refusedTries++;
      if (performance.now() >= giveUpAtMs) return undefined;
      await passing(20);
    }
  }

  async #try(
    key: string,
    body: string,
    withinMs: number,
  ): Promise<(Recorded & { readonly status: number }) | undefined> {
    try {
      const response = await fetch(`${this.#url}/api/v1/usage`, {
        method: 'POST',
        headers: { 'x-api-key': this.#apiKey, 'content-type': 'application/json', 'idempotency-key': key },
        body,
        signal: AbortSignal.timeout(Math.ceil(Math.max(1, Math.min(answerWithinMs, withinMs)))),
      });
      const entryId = response.headers.get('location')?.split('/').at(-1) ?? '';
      return { status: response.status, text: await response.text(), entryId };
    } catch {
      return undefined;
    }
  }

  #answered(id: string): void {
    this.#answeredAtMs.set(id, performance.now());
    this.#undelivered++;
    this.#noteDelivery(id);
  }

  #arrived(id: string): void {
    if (this.#arrivedAtMs.has(id)) return;
    this.#arrivedAtMs.set(id, performance.now());
    this.#noteDelivery(id);
  }

  /** Called for each of the two: notes the delivery once both the answer and the message have arrived. */
  #noteDelivery(id: string): void {
    const [from, to] = [this.#answeredAtMs.get(id), this.#arrivedAtMs.get(id)];
    if (from === undefined || to === undefined) return;
    this.#undelivered--;
    this.#seen.deliveryMs.push(Math.max(0, to - from));
  }
}

function nothingSeen(): Seen {
  return { writeMs: [], deliveryMs: [], refusedTries: 0, unanswered: 0 };
}

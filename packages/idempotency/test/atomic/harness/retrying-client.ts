import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createIdempotentFetch, wasReplayed } from '../../../src/client/index.ts';

/** A client that charges one account once, and retries until it succeeds. */
export class RetryingClient {
  /** every complete success that arrived, from any attempt */
  readonly answers: string[] = [];
  readonly #account: string;
  readonly #key = randomUUID();
  readonly #fetch = createIdempotentFetch({
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const body = await response.clone().text();
      if (response.ok) this.answers.push(`${response.status} ${response.headers.get('location')} ${body}`);
      return response;
    },
    baseDelayMs: 20,
    maxDelayMs: 100,
    attemptsMax: 1000,
    attemptTimeoutMs: 20_000,
    deadlineMs: 40_000,
  });

  constructor(account: string) {
    this.#account = account;
  }

  /** The request with its key, for a test that sends it in another way. */
  request() {
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': this.#key },
      body: JSON.stringify({ account: this.#account, amount: 100 }),
    };
  }

  /** Charges, or retries the charge after an earlier call. Returns whether the answer was replayed. */
  async charge(url: string): Promise<boolean> {
    const response = await this.#fetch(url, this.request());
    assert.equal(response.status, 201, await response.clone().text());
    return wasReplayed(response);
  }
}

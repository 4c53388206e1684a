import { andThen } from '../awaitable.ts';
import { type KeptResponse, keepHeaders } from '../kept-response.ts';
import type { EngineSettings } from '../options.ts';
import type { Awaitable, Completion, StoredRecord, TransactionCompleter } from '../store.ts';
import { bodyBytes, decodeAnswer, encodeAnswer } from '../stored-answer.ts';
import type { DecidedEnd } from './context.ts';
import type { HeldKey } from './held-key.ts';
import { LeaseLostError } from './lease-lost-error.ts';

/** Decides what becomes of a key and of an answer to it, and does that in the store. */
export class Conclusion {
  readonly #settings: EngineSettings;
  readonly #key: HeldKey;
  #isWithin = false;

  constructor(settings: EngineSettings, key: HeldKey) {
    this.#settings = settings;
    this.#key = key;
  }

  /** @throws {LeaseLostError} if another execution has taken over; a driver with promises rejects with it */
  completeWithin(completer: TransactionCompleter, answer: KeptResponse): Awaitable<void> {
    const encoded = this.#encode(answer);
    if (encoded === undefined) {
      throw new RangeError(`an answer may have ${this.#settings.answerBytesMax} bytes`);
    }
    this.#isWithin = true;
    const done = completer.complete(this.#key.slot, this.#key.fencingToken, encoded);
    if (done === true) return undefined;
    if (done === false) throw new LeaseLostError();
    return done.then((isHeld) => {
      if (!isHeld) throw new LeaseLostError();
    });
  }

  /** Whether an answer leaves the key free. */
  isFreeing(answer: KeptResponse): boolean {
    if (this.#isWithin) return false;
    return this.#settings.mode === 'atomic'
      ? answer.status >= 400
      : fateOf(answer, this.#settings) === 'free';
  }

  /** Ends the operation with an answer. */
  decide(answer: KeptResponse): Awaitable<DecidedEnd> {
    return this.#isWithin ? this.#decideCommitted(answer) : this.#decideUncommitted(answer);
  }

  /** Frees the key, and sends the answer. */
  async free(answer: KeptResponse): Promise<DecidedEnd> {
    await this.#key.release();
    return { ending: { kind: 'send', response: answer }, outcome: 'released' };
  }

  async #decideCommitted(answer: KeptResponse): Promise<DecidedEnd> {
    // The store is asked whether our transaction has committed: the driver may not know itself.
    const committed = await this.#key.inspect((record) => this.#committedAnswer(record));
    if (committed === undefined) return unknownOutcome('not_stored');
    if (committed === 'none') return this.#decideUncommitted(answer);
    return { ending: { kind: 'send', response: committed }, outcome: 'completed' };
  }

  #decideUncommitted(answer: KeptResponse): Awaitable<DecidedEnd> {
    if (this.#settings.mode === 'atomic') return this.#endUncommitted(answer);
    switch (fateOf(answer, this.#settings)) {
      case 'keep':
        return this.#complete(answer);
      case 'free':
        return this.free(answer);
      case 'unknown':
        return this.#leaveUnknown(answer);
    }
  }

  /** In the atomic mode an operation that was not completed inside its transaction did not happen. */
  async #endUncommitted(answer: KeptResponse): Promise<DecidedEnd> {
    const freed = await this.free(answer);
    if (answer.status >= 400) return freed;
    return { ending: { kind: 'refuse', refusal: { code: 'not_completed' } }, outcome: freed.outcome };
  }

  async #leaveUnknown(answer: KeptResponse): Promise<DecidedEnd> {
    await this.#key.renew(0);
    return { ending: { kind: 'send', response: answer }, outcome: 'abandoned' };
  }

  #complete(answer: KeptResponse): Awaitable<DecidedEnd> {
    const encoded = this.#encode(answer);
    const completion = encoded ?? {
      answer: undefined,
      answerTtlMs: this.#settings.answerTtlMs,
      location: locationOf(answer),
    };
    const isStored = this.#key.complete(completion);
    return andThen(isStored, (isHeld) => this.#completed(answer, encoded !== undefined, isHeld));
  }

  /** @param isHeld whether the lease still was ours; `undefined` if the store failed */
  #completed(answer: KeptResponse, isKept: boolean, isHeld: boolean | undefined): DecidedEnd {
    const { onStoreError, answerBytesMax } = this.#settings;
    if (isHeld === false) return unknownOutcome('lease_lost');
    if (isHeld === undefined && onStoreError === 'refuse') return unknownOutcome('not_stored');
    if (!isKept) {
      const refusal = { code: 'answer_too_large', bytesMax: answerBytesMax } as const;
      return { ending: { kind: 'refuse', refusal }, outcome: 'completed' };
    }
    return {
      ending: { kind: 'send', response: answer },
      outcome: isHeld === true ? 'completed' : 'not_stored',
    };
  }

  /** The completion that keeps an answer; `undefined` if it is too large to be kept. */
  #encode(answer: KeptResponse): Completion | undefined {
    const { answerBytesMax, answerTtlMs, isKeptHeader, cipher } = this.#settings;
    if (bodyBytes(answer.body) > answerBytesMax) return undefined;
    const headers = keepHeaders(answer.headers, isKeptHeader);
    const encoded = encodeAnswer({ status: answer.status, headers, body: answer.body });
    return {
      answer: cipher === undefined ? encoded : cipher.seal(encoded, this.#key.slot),
      answerTtlMs,
      location: locationOf(answer),
    };
  }

  /** The answer that our transaction committed, if it did. */
  #committedAnswer(record: StoredRecord | undefined): KeptResponse | 'none' {
    const { cipher } = this.#settings;
    const { slot, fencingToken } = this.#key;
    if (record?.kind !== 'completed' || record.fencingToken !== fencingToken) return 'none';
    if (record.answer.kind !== 'kept') return 'none';
    const stored = record.answer.response;
    return decodeAnswer(cipher === undefined ? stored : cipher.open(stored, slot));
  }
}

/** What becomes of the key of an answer, in the leased mode. */
function fateOf(answer: KeptResponse, settings: EngineSettings): 'keep' | 'free' | 'unknown' {
  if (answer.status >= 500 && settings.onServerError !== undefined) return settings.onServerError;
  if (answer.status >= 400 && answer.status < 500 && settings.onClientError !== undefined) {
    return settings.onClientError;
  }
  return settings.shouldStore(answer) ? 'keep' : 'free';
}

function unknownOutcome(cause: 'lease_lost' | 'not_stored'): DecidedEnd {
  return {
    ending: { kind: 'refuse', refusal: { code: 'idempotency_outcome_unknown', cause } },
    outcome: cause,
  };
}

function locationOf({ headers }: KeptResponse): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
}

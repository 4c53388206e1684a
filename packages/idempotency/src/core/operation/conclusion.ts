import { andThen } from '../awaitable.ts';
import { judgedAnswer } from '../judged-answer.ts';
import { type KeptResponse, keepHeaders } from '../kept-response.ts';
import type { EngineSettings } from '../options.ts';
import type { Refusal } from '../refusal.ts';
import type { Awaitable, CompletedRecord, Completion, StoredRecord, TransactionCompleter } from '../store.ts';
import { bodyBytes, decodeAnswer, encodeAnswer } from '../stored-answer.ts';
import type { DecidedEnd } from './context.ts';
import type { HeldKey } from './held-key.ts';
import { LeaseLostError } from './lease-lost-error.ts';

/** A refusal that replaces an answer, and what happens to the key. */
interface RefusalInstead {
  readonly refusal: Refusal;
  readonly fate: 'free' | 'unknown';
}

/** Decides what happens to a key and to an answer, and does it in the store. */
export class Conclusion {
  readonly #settings: EngineSettings;
  readonly #key: HeldKey;
  #isWithin = false;
  /** the answer that was completed in the transaction, if it is too large to keep */
  #largeWithin: KeptResponse | undefined;
  /** what the handler declared about the key, which overrides its answer */
  #said: 'free' | 'unknown' | undefined;
  #refusal: RefusalInstead | undefined;

  constructor(settings: EngineSettings, key: HeldKey) {
    this.#settings = settings;
    this.#key = key;
  }

  /** @throws {LeaseLostError} if another execution has taken over; a driver with promises rejects with it */
  completeWithin(completer: TransactionCompleter, answer: KeptResponse): Awaitable<void> {
    const completion = this.#completion(answer);
    this.#isWithin = true;
    this.#largeWithin = completion.answer === undefined ? answer : undefined;
    const done = completer.complete(this.#key.slot, this.#key.fencingToken, completion);
    if (done === true) return undefined;
    if (done === false) throw new LeaseLostError();
    return done.then((isHeld) => {
      if (!isHeld) throw new LeaseLostError();
    });
  }

  /** Whether the operation may have been completed in a transaction. */
  get isWithin(): boolean {
    return this.#isWithin;
  }

  /** Whether the transaction of the operation has committed; `undefined` if the store failed. */
  isCommitted(): Awaitable<boolean | undefined> {
    return this.#key.inspect((record) => this.#isOurs(record));
  }

  /** Records what the handler declares about the key. */
  say(fate: 'free' | 'unknown'): void {
    this.#said = fate;
  }

  /** Records a refusal that replaces the answer. */
  refuseWith(refusal: Refusal, fate: 'free' | 'unknown'): void {
    this.#refusal = { refusal, fate };
  }

  /** Whether an answer leaves the key free. */
  isFreeing(answer: KeptResponse): boolean {
    if (this.#isWithin || this.#refusal !== undefined) return false;
    return this.#settings.mode === 'atomic' ? this.#isNone(answer) : this.#fateOf(answer) === 'free';
  }

  /** Ends the operation with an answer. */
  decide(answer: KeptResponse): Awaitable<DecidedEnd> {
    if (this.#isWithin) return this.#decideCommitted(answer);
    return this.#refusal === undefined ? this.#decideUncommitted(answer) : this.#decideRefused(this.#refusal);
  }

  /** Frees the key, and sends the answer. */
  async free(answer: KeptResponse): Promise<DecidedEnd> {
    await this.#key.release();
    return { ending: { kind: 'send', response: answer }, outcome: 'released' };
  }

  async #decideCommitted(answer: KeptResponse): Promise<DecidedEnd> {
    // Asks the store whether our transaction has committed: the driver may not know.
    const committed = await this.#key.inspect((record) => this.#committedAnswer(record));
    if (committed === undefined) return unknownOutcome('not_stored');
    if (committed === 'none') return this.#decideUncommitted(answer);
    return { ending: { kind: 'send', response: committed }, outcome: 'completed' };
  }

  #decideUncommitted(answer: KeptResponse): Awaitable<DecidedEnd> {
    if (this.#settings.mode === 'atomic') return this.#endUncommitted(answer);
    switch (this.#fateOf(answer)) {
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
    if (this.#isNone(answer)) return freed;
    return { ending: { kind: 'refuse', refusal: { code: 'not_completed' } }, outcome: freed.outcome };
  }

  /** Whether an answer in the atomic mode means that nothing happened. */
  #isNone({ status }: KeptResponse): boolean {
    return status >= 400 || this.#said === 'free';
  }

  #fateOf(answer: KeptResponse): 'keep' | 'free' | 'unknown' {
    return this.#said ?? fateOf(answer, this.#settings);
  }

  async #decideRefused({ refusal, fate }: RefusalInstead): Promise<DecidedEnd> {
    if (fate === 'free') await this.#key.release();
    else await this.#key.renew(0);
    return { ending: { kind: 'refuse', refusal }, outcome: fate === 'free' ? 'released' : 'abandoned' };
  }

  async #leaveUnknown(answer: KeptResponse): Promise<DecidedEnd> {
    await this.#key.renew(0);
    return { ending: { kind: 'send', response: answer }, outcome: 'abandoned' };
  }

  #complete(answer: KeptResponse): Awaitable<DecidedEnd> {
    const isStored = this.#key.complete(this.#completion(answer));
    return andThen(isStored, (isHeld) => this.#completed(answer, isHeld));
  }

  /** @param isHeld whether we still held the lease; `undefined` if the store failed */
  #completed(answer: KeptResponse, isHeld: boolean | undefined): DecidedEnd {
    if (isHeld === false) return unknownOutcome('lease_lost');
    if (isHeld === undefined && this.#settings.onStoreError === 'refuse') return unknownOutcome('not_stored');
    return {
      ending: { kind: 'send', response: answer },
      outcome: isHeld === true ? 'completed' : 'not_stored',
    };
  }

  /** The completion that keeps an answer. An answer that is too large is sent, and leaves a tombstone. */
  #completion(answer: KeptResponse): Completion {
    const { answerBytesMax, answerTtlMs, isKeptHeader, cipher } = this.#settings;
    const location = locationOf(answer);
    if (bodyBytes(answer.body) > answerBytesMax) return { answer: undefined, answerTtlMs, location };
    const headers = keepHeaders(answer.headers, isKeptHeader);
    const encoded = encodeAnswer({ status: answer.status, headers, body: answer.body });
    return {
      answer: cipher === undefined ? encoded : cipher.seal(encoded, this.#key.slot),
      answerTtlMs,
      location,
    };
  }

  #isOurs(record: StoredRecord | undefined): record is CompletedRecord {
    return record?.kind === 'completed' && record.fencingToken === this.#key.fencingToken;
  }

  /** The answer that our transaction committed, if it did. */
  #committedAnswer(record: StoredRecord | undefined): KeptResponse | 'none' {
    const { cipher } = this.#settings;
    if (!this.#isOurs(record)) return 'none';
    if (record.answer.kind !== 'kept') return this.#largeWithin ?? 'none';
    const stored = record.answer.response;
    return decodeAnswer(cipher === undefined ? stored : cipher.open(stored, this.#key.slot));
  }
}

/** What happens to the key after an answer, in the leased mode. */
function fateOf(answer: KeptResponse, settings: EngineSettings): 'keep' | 'free' | 'unknown' {
  if (answer.status >= 500 && settings.onServerError !== undefined) return settings.onServerError;
  if (answer.status >= 400 && answer.status < 500 && settings.onClientError !== undefined) {
    return settings.onClientError;
  }
  return settings.shouldStore(judgedAnswer(answer, settings.answerBytesMax)) ? 'keep' : 'free';
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

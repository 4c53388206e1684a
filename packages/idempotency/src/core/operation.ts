import { andThen, isPromise } from './awaitable.ts';
import { waitFor } from './clock.ts';
import { sha256 } from './digest.ts';
import { type KeptResponse, keepHeaders } from './kept-response.ts';
import type { KeptLease, LeaseKeeper } from './lease-keeper.ts';
import type { ExecutionOutcome, IdempotencyEvent } from './observer.ts';
import type { EngineSettings } from './options.ts';
import type { Refusal } from './refusal.ts';
import type { Awaitable, Completion, Slot, TransactionCompleter } from './store.ts';
import type { StoreCalls } from './store-calls.ts';
import { bodyBytes, decodeAnswer, encodeAnswer } from './stored-answer.ts';

/** What an operation uses of the engine that began it. */
export interface OperationContext {
  readonly settings: EngineSettings;
  readonly calls: StoreCalls;
  readonly keeper: LeaseKeeper;
  readonly report: (event: IdempotencyEvent) => void;
  /** called once, when the operation has ended */
  readonly onEnded: (slot: Slot) => void;
}

/** What was claimed, and by which request. */
export interface BegunOperation {
  readonly slot: Slot;
  readonly key: string;
  readonly fencingToken: number;
  readonly fingerprint: string;
  readonly claimedAtMs: number;
}

/** What is to be sent once an operation has ended: an answer, or a refusal where its answer must not be sent. */
export type Ending =
  | { readonly kind: 'send'; readonly response: KeptResponse }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

/** How an operation ended, and what is to be sent. */
interface DecidedEnd {
  readonly ending: Ending;
  readonly outcome: ExecutionOutcome;
}

/** The lease of an operation was lost: what its transaction did must be rolled back. */
export class LeaseLostError extends Error {
  readonly code = 'idempotency_lease_lost';

  constructor() {
    super('the lease of this operation was lost: roll its transaction back');
    this.name = 'LeaseLostError';
  }
}

/** How often the store is asked for what must be known, and how long after a failure it is asked again. */
const attemptsMax = 3;
const attemptPauseMs = 50;

/** One execution of an idempotent request, from the claim of its key to its end. */
export class Operation implements KeptLease {
  /** the idempotency key, as the client sent it: another caller may use the same one */
  readonly key: string;
  /** grows from execution to execution: a resource that remembers the greatest can refuse a late holder */
  readonly fencingToken: number;
  /** the digest of the request that is executed */
  readonly fingerprint: string;
  readonly #slot: Slot;
  readonly #context: OperationContext;
  readonly #startedAtMs: number;
  #leaseExpiresAtMs: number;
  #abort: AbortController | undefined;
  #isLost = false;
  #hasEnded = false;
  #isRenewing = false;
  #isCompletedWithin = false;
  #stepAside: (() => void) | undefined;
  /** whether the promise of the handler is still to be settled */
  #isRunning = false;
  /** whether others have answered in the place of the handler */
  #isCutOff = false;
  /** the status that was answered while the handler ran, and that leaves the key free */
  #earlyStatus: number | undefined;

  constructor(context: OperationContext, begun: BegunOperation) {
    const { slot, key, fencingToken, fingerprint, claimedAtMs } = begun;
    this.#context = context;
    this.#slot = slot;
    this.key = key;
    this.fencingToken = fencingToken;
    this.fingerprint = fingerprint;
    this.#startedAtMs = claimedAtMs;
    this.#leaseExpiresAtMs = claimedAtMs + context.settings.leaseMs;
    context.keeper.add(this);
  }

  /**
   * A name of this operation that is the same at every execution and that no other caller's operation has, 64
   * hexadecimal digits: the idempotency key to hand on to another API.
   */
  get reference(): string {
    return referenceOf(this.#slot);
  }

  /** Is aborted when the lease is lost, or the execution takes longer than it may. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isLost) this.#abort.abort(new LeaseLostError());
    }
    return this.#abort.signal;
  }

  /**
   * Completes the operation inside the caller's own transaction: effect and record are one commit. What is then sent
   * is this answer, if the transaction has committed, whatever else the handler sends.
   *
   * @param completer `store.within(tx)`
   * @throws {LeaseLostError} if another execution has taken over; a driver with promises rejects with it
   */
  completeWithin<Done extends Awaitable<boolean>>(
    completer: TransactionCompleter<Done>,
    answer: KeptResponse,
  ): Done extends Promise<boolean> ? Promise<void> : void;
  completeWithin(completer: TransactionCompleter, answer: KeptResponse): Awaitable<void> {
    const encoded = this.#encode(answer);
    if (encoded === undefined) {
      throw new RangeError(`an answer may have ${this.#context.settings.answerBytesMax} bytes`);
    }
    this.#isCompletedWithin = true;
    const done = completer.complete(this.#slot, this.fencingToken, encoded);
    if (done === true) return undefined;
    if (done === false) throw new LeaseLostError();
    return done.then((isHeld) => {
      if (!isHeld) throw new LeaseLostError();
    });
  }

  /** Whether the handler is known to run. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Follows a handler: as long as its promise is not settled, the key is not free, whatever was answered. */
  follow(handler: Promise<unknown>): void {
    this.#isRunning = true;
    handler.then(
      () => this.#handlerEnded(false),
      () => this.#handlerEnded(true),
    );
  }

  /**
   * Says that others answer in the place of the handler, a timeout for example, and that it may still run. An answer that
   * would leave the key free does not: the key is held until the handler ends, or as long as an execution may take where its
   * end is not seen. Unless it fails, no one knows the outcome then.
   */
  cutOff(): void {
    this.#isCutOff = true;
  }

  /** Ends the operation with what the handler answered, and says what is to be sent. Never fails. */
  finish(answer: KeptResponse): Awaitable<Ending> {
    if (this.#hasEnded || this.#earlyStatus !== undefined) return { kind: 'send', response: answer };
    if ((this.#isRunning || this.#isCutOff) && this.#isFreeing(answer)) {
      this.#earlyStatus = answer.status;
      return { kind: 'send', response: answer };
    }
    return andThen(this.#decideEnd(answer), ({ ending, outcome }) => {
      this.#end(outcome, answer.status);
      return ending;
    });
  }

  /** Gives the operation up: it broke off without an answer, and nobody knows whether it took effect. Never rejects. */
  async abandon(): Promise<void> {
    if (this.#hasEnded) return;
    this.#end('abandoned', undefined);
    await this.#attempt(() => this.#renewFor(0));
  }

  /** Says what to do when the operation gives way: for an adapter that holds its response. */
  onGivingWay(stepAside: () => void): void {
    this.#stepAside = stepAside;
  }

  /**
   * Frees the key for another protection of the same request, further in: its options win, and what it answers is not
   * kept here. Never fails.
   */
  giveWay(): Awaitable<void> {
    if (this.#hasEnded) return undefined;
    const { settings, calls } = this.#context;
    this.#stepAside?.();
    // If it fails, the claim further in finds this lease, and is refused: too strict, and safe.
    const released = this.#attempt(() =>
      calls.call('release', () => settings.store.release(this.#slot, this.fencingToken)),
    );
    return andThen(released, () => this.#end('gave_way', undefined));
  }

  #handlerEnded(hasFailed: boolean): void {
    this.#isRunning = false;
    const status = this.#earlyStatus;
    if (status === undefined || this.#hasEnded) return;
    this.#endLate(status, this.#isCutOff && !hasFailed).catch(this.#context.calls.unforeseen);
  }

  async #endLate(status: number, isUnknown: boolean): Promise<void> {
    if (isUnknown && this.#context.settings.mode === 'leased') return this.abandon();
    await this.#release({ status, headers: [], body: '' });
    this.#end('released', status);
  }

  /** Whether an answer leaves the key free. */
  #isFreeing(answer: KeptResponse): boolean {
    if (this.#isCompletedWithin) return false;
    const { settings } = this.#context;
    return settings.mode === 'atomic' ? answer.status >= 400 : fateOf(answer, settings) === 'free';
  }

  keep(): void {
    const { clock, executionMsMax } = this.#context.settings;
    const nowMs = clock.nowMs();
    if (nowMs - this.#startedAtMs >= executionMsMax) {
      if (this.#earlyStatus !== undefined) {
        this.#lose();
        this.#end('abandoned', this.#earlyStatus);
        return;
      }
      this.#lose();
      return;
    }
    if (this.#isRenewing) {
      if (nowMs >= this.#leaseExpiresAtMs) this.#lose();
      return;
    }
    this.#isRenewing = true;
    this.#renew(nowMs).catch(this.#context.calls.unforeseen);
  }

  async #renew(nowMs: number): Promise<void> {
    const { leaseMs } = this.#context.settings;
    const isHeld = await this.#attempt(() => this.#renewFor(leaseMs));
    this.#isRenewing = false;
    if (this.#hasEnded) return;
    if (isHeld === true) this.#leaseExpiresAtMs = nowMs + leaseMs;
    else if (isHeld === false || this.#context.settings.clock.nowMs() >= this.#leaseExpiresAtMs) this.#lose();
  }

  #renewFor(leaseMs: number): Awaitable<boolean> {
    const { settings, calls } = this.#context;
    return calls.call('renew', () => settings.store.renew(this.#slot, this.fencingToken, leaseMs));
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#context.keeper.remove(this);
    this.#context.report({ kind: 'lease_lost', fencingToken: this.fencingToken });
    this.#abort?.abort(new LeaseLostError());
  }

  #decideEnd(answer: KeptResponse): Awaitable<DecidedEnd> {
    return this.#isCompletedWithin ? this.#decideCommitted(answer) : this.#decideUncommitted(answer);
  }

  async #decideCommitted(answer: KeptResponse): Promise<DecidedEnd> {
    const committed = await this.#persist(() => this.#committedAnswer());
    if (committed === undefined) return unknownOutcome('not_stored');
    if (committed === 'none') return this.#decideUncommitted(answer);
    return { ending: { kind: 'send', response: committed }, outcome: 'completed' };
  }

  #decideUncommitted(answer: KeptResponse): Awaitable<DecidedEnd> {
    const { settings } = this.#context;
    if (settings.mode === 'atomic') return this.#endUncommitted(answer);
    switch (fateOf(answer, settings)) {
      case 'keep':
        return this.#complete(answer);
      case 'free':
        return this.#release(answer);
      case 'unknown':
        return this.#leaveUnknown(answer);
    }
  }

  /** In the atomic mode an operation that was not completed inside its transaction did not happen. */
  async #endUncommitted(answer: KeptResponse): Promise<DecidedEnd> {
    const released = await this.#release(answer);
    if (answer.status >= 400) return released;
    return { ending: { kind: 'refuse', refusal: { code: 'not_completed' } }, outcome: released.outcome };
  }

  async #release(answer: KeptResponse): Promise<DecidedEnd> {
    const { settings, calls } = this.#context;
    // If it fails, the key is refused once its lease has lapsed: too strict, and safe.
    await this.#attempt(() =>
      calls.call('release', () => settings.store.release(this.#slot, this.fencingToken)),
    );
    return { ending: { kind: 'send', response: answer }, outcome: 'released' };
  }

  async #leaveUnknown(answer: KeptResponse): Promise<DecidedEnd> {
    await this.#attempt(() => this.#renewFor(0));
    return { ending: { kind: 'send', response: answer }, outcome: 'abandoned' };
  }

  #complete(answer: KeptResponse): Awaitable<DecidedEnd> {
    const { settings, calls } = this.#context;
    const encoded = this.#encode(answer);
    const completion = encoded ?? {
      answer: undefined,
      answerTtlMs: settings.answerTtlMs,
      location: locationOf(answer),
    };
    const isStored = this.#persist(() =>
      calls.call('complete', () => settings.store.complete(this.#slot, this.fencingToken, completion)),
    );
    return andThen(isStored, (isHeld) => this.#completed(answer, encoded !== undefined, isHeld));
  }

  /** @param isHeld whether the lease still was ours; `undefined` if the store failed */
  #completed(answer: KeptResponse, isKept: boolean, isHeld: boolean | undefined): DecidedEnd {
    const { settings } = this.#context;
    if (isHeld === false) return unknownOutcome('lease_lost');
    if (isHeld === undefined && settings.onStoreError === 'refuse') return unknownOutcome('not_stored');
    if (!isKept) {
      const refusal = { code: 'answer_too_large', bytesMax: settings.answerBytesMax } as const;
      return { ending: { kind: 'refuse', refusal }, outcome: 'completed' };
    }
    return {
      ending: { kind: 'send', response: answer },
      outcome: isHeld === true ? 'completed' : 'not_stored',
    };
  }

  /** The completion that keeps an answer; `undefined` if it is too large to be kept. */
  #encode(answer: KeptResponse): Completion | undefined {
    const { answerBytesMax, answerTtlMs, isKeptHeader, cipher } = this.#context.settings;
    if (bodyBytes(answer.body) > answerBytesMax) return undefined;
    const headers = keepHeaders(answer.headers, isKeptHeader);
    const encoded = encodeAnswer({ status: answer.status, headers, body: answer.body });
    return {
      answer: cipher === undefined ? encoded : cipher.seal(encoded, this.#slot),
      answerTtlMs,
      location: locationOf(answer),
    };
  }

  /** The answer that our transaction committed, if it did. The store is asked: the driver may not know itself. */
  async #committedAnswer(): Promise<KeptResponse | 'none'> {
    const { settings, calls } = this.#context;
    const found = await calls.call('inspect', () => settings.store.inspect(this.#slot));
    const record = found?.record;
    if (record?.kind !== 'completed' || record.fencingToken !== this.fencingToken) return 'none';
    if (record.answer.kind !== 'kept') return 'none';
    const stored = record.answer.response;
    return decodeAnswer(settings.cipher === undefined ? stored : settings.cipher.open(stored, this.#slot));
  }

  /** As `#attempt`, tried again where the store fails: for what must be known before anything is sent. */
  #persist<T>(run: () => Awaitable<T>): Awaitable<T | undefined> {
    const result = this.#attempt(run);
    return isPromise(result) || result === undefined ? this.#persistLater(run, result) : result;
  }

  async #persistLater<T>(run: () => Awaitable<T>, first: Awaitable<T | undefined>): Promise<T | undefined> {
    let result = await first;
    for (let tried = 1; tried < attemptsMax && result === undefined; tried++) {
      await waitFor(this.#context.settings.clock, attemptPauseMs);
      result = await this.#attempt(run);
    }
    return result;
  }

  /** What a call to the store gives; `undefined` if it failed, which was reported. */
  #attempt<T>(run: () => Awaitable<T>): Awaitable<T | undefined> {
    try {
      const result = run();
      return isPromise(result) ? result.catch(() => undefined) : result;
    } catch {
      return undefined;
    }
  }

  #end(outcome: ExecutionOutcome, status: number | undefined): void {
    this.#hasEnded = true;
    const { settings, keeper, report, onEnded } = this.#context;
    keeper.remove(this);
    onEnded(this.#slot);
    if (settings.observer === undefined) return;
    const { fencingToken } = this;
    const startedAtMs = this.#startedAtMs;
    const durationMs = settings.clock.nowMs() - startedAtMs;
    report({ kind: 'execution_ended', fencingToken, outcome, status, startedAtMs, durationMs });
  }
}

/** What becomes of the key of an answer, in the leased mode. */
function fateOf(answer: KeptResponse, settings: EngineSettings): 'keep' | 'free' | 'unknown' {
  if (answer.status >= 500 && settings.onServerError !== undefined) return settings.onServerError;
  return settings.shouldStore(answer) ? 'keep' : 'free';
}

/** Caller and key in one digest, so that neither is told to whoever is given it. */
export function referenceOf({ scope, key }: Slot): string {
  return sha256(`reference:${scope}:${key}`);
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

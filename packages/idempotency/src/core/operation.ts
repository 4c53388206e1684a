import { andThen } from './awaitable.ts';
import type { KeptResponse } from './kept-response.ts';
import type { ExecutionOutcome } from './observer.ts';
import { Conclusion } from './operation/conclusion.ts';
import type { BegunOperation, Ending, OperationContext } from './operation/context.ts';
import { HeldKey } from './operation/held-key.ts';
import { Lease } from './operation/lease.ts';
import { referenceOf } from './operation/reference.ts';
import type { Refusal } from './refusal.ts';
import type { Awaitable, TransactionCompleter } from './store.ts';

/** A response that an adapter holds back until its operation has ended. */
export interface HeldAnswer {
  /** Sends what is written immediately, and keeps it: the answer is to be streamed. */
  letThrough(): void;
  /** Lets everything pass from now on: the operation gives way to an inner protection. */
  stepAside(): void;
}

/** One execution of an idempotent request, from the claim of its key to its end. */
export class Operation {
  /** the idempotency key as the client sent it; another caller may use the same key */
  readonly key: string;
  /** grows with each execution: a resource that remembers the greatest token can refuse a late holder */
  readonly fencingToken: number;
  /** the digest of the request that is executed */
  readonly fingerprint: string;
  /** how many outer protections of the request compare in another way, and have separate records */
  readonly level: number;
  /** whether the application's options define how requests are compared */
  readonly comparesItself: boolean;
  readonly #takenOver: boolean;
  readonly #context: OperationContext;
  readonly #source: unknown;
  readonly #startedAtMs: number;
  readonly #heldKey: HeldKey;
  readonly #lease: Lease;
  readonly #conclusion: Conclusion;
  #hasEnded = false;
  #response: HeldAnswer | undefined;
  #isStreamed = false;
  /** whether the promise of the handler has not settled yet */
  #isRunning = false;
  /** whether another part of the application has answered for the handler */
  #isCutOff = false;
  /** the status that was answered while the handler still ran, and that leaves the key free */
  #earlyStatus: number | undefined;

  constructor(context: OperationContext, begun: BegunOperation) {
    const { slot, key, fencingToken, fingerprint, claimedAtMs, source } = begun;
    this.key = key;
    this.fencingToken = fencingToken;
    this.fingerprint = fingerprint;
    this.level = begun.level;
    this.comparesItself = begun.comparesItself;
    this.#takenOver = begun.takenOver;
    this.#context = context;
    this.#source = source;
    this.#startedAtMs = claimedAtMs;
    this.#heldKey = new HeldKey(context, slot, fencingToken);
    this.#conclusion = new Conclusion(context.settings, this.#heldKey);
    this.#lease = new Lease(context, this.#heldKey, this.#conclusion, begun, () => this.#overtime());
  }

  /**
   * A name of this operation, 64 hexadecimal digits. It is the same at every execution, and no operation of another
   * caller has it. Pass it on as the idempotency key of calls to other APIs.
   */
  get reference(): string {
    return referenceOf(this.#heldKey.slot);
  }

  /** Aborted when the lease is lost, or when the execution takes longer than allowed. */
  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  /**
   * Completes the operation inside the caller's own transaction: effect and record are one commit. If the transaction
   * commits, this answer is sent, no matter what else the handler sends.
   *
   * @param completer `store.within(tx)`
   * @throws {LeaseLostError} if another execution has taken over; a driver with promises rejects with it
   */
  completeWithin<Done extends Awaitable<boolean>>(
    completer: TransactionCompleter<Done>,
    answer: KeptResponse,
  ): Done extends Promise<boolean> ? Promise<void> : void;
  completeWithin(completer: TransactionCompleter, answer: KeptResponse): Awaitable<void> {
    return this.#conclusion.completeWithin(completer, answer);
  }

  /**
   * Declares that nothing took effect, no matter what the answer is: the key is free once the answer was sent, and a
   * retry is executed. An operation that was completed in a committed transaction stays completed.
   */
  release(): void {
    this.#conclusion.say('free');
  }

  /**
   * Declares that no one knows whether the operation took effect, no matter what the answer is: a retry is handled as
   * after a crash.
   *
   * @throws {TypeError} in the atomic mode, in which an operation that was not completed did not happen
   */
  unknown(): void {
    if (this.#context.settings.mode === 'atomic') throw new TypeError('unknown() is not for the atomic mode');
    this.#conclusion.say('unknown');
  }

  /**
   * Sends the answer to the client while it is made and recorded, for event streams and other long answers. Call it
   * before the first byte. The end of the answer is sent once it is stored; a stream that breaks off has an unknown
   * outcome.
   *
   * @throws {TypeError} in the atomic mode, which sends the committed answer
   */
  stream(): void {
    if (this.#context.settings.mode === 'atomic') throw new TypeError('stream() is not for the atomic mode');
    if (this.#isStreamed || this.#hasEnded) return;
    this.#isStreamed = true;
    this.#response?.letThrough();
  }

  /** Whether the answer goes to the client while it is made. */
  get isStreamed(): boolean {
    return this.#isStreamed;
  }

  /** Registers the response that an adapter holds back until the operation has ended. */
  hold(response: HeldAnswer): void {
    this.#response = response;
  }

  /**
   * Declares that a refusal, in the form of the profile, replaces any answer.
   *
   * @param fate what happens to the key: `free`, a retry is executed; `unknown`, a retry is handled as after a crash
   */
  refuseWith(refusal: Refusal, fate: 'free' | 'unknown'): void {
    this.#conclusion.refuseWith(refusal, fate);
  }

  /** Whether the handler is known to run. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Follows a handler: the key is not freed before its promise settles, no matter what was answered. */
  follow(handler: Promise<unknown>): void {
    this.#isRunning = true;
    handler.then(
      () => this.#handlerEnded(false),
      (error: unknown) => this.#handlerEnded(!isOfLateAnswer(error)),
    );
  }

  /**
   * Declares that another part answers for the handler, a timeout for example, and that the handler may still run. An
   * answer that would free the key no longer does: the key is held until the handler ends, or, if its end cannot be
   * seen, as long as an execution may take. Unless the handler fails, the outcome is then unknown.
   */
  cutOff(): void {
    this.#isCutOff = true;
  }

  /** Ends the operation with the answer of the handler, and returns what must be sent. Never fails. */
  finish(answer: KeptResponse): Awaitable<Ending> {
    if (this.#hasEnded || this.#earlyStatus !== undefined) return { kind: 'send', response: answer };
    if ((this.#isRunning || this.#isCutOff) && this.#conclusion.isFreeing(answer)) {
      this.#earlyStatus = answer.status;
      return { kind: 'send', response: answer };
    }
    return andThen(this.#conclusion.decide(answer), ({ ending, outcome }) => {
      this.#end(outcome, answer.status);
      return ending;
    });
  }

  /** Gives up the operation: it broke off without an answer, and no one knows whether it took effect. Never rejects. */
  async abandon(): Promise<void> {
    if (this.#hasEnded) return;
    this.#end('abandoned', undefined);
    await this.#heldKey.renew(0);
  }

  /**
   * Gives the key to an inner protection of the same request. The inner options apply, and its answer is not kept
   * here. Never fails.
   */
  giveWay(): Awaitable<void> {
    if (this.#hasEnded) return undefined;
    this.#response?.stepAside();
    // If this fails, the inner claim finds this lease and is refused: too strict, but safe.
    return andThen(this.#putBack(), () => this.#end('gave_way', undefined));
  }

  /** Gives the key up before anything was executed: the client has its answer already. Never fails. */
  withdraw(): Awaitable<void> {
    if (this.#hasEnded) return undefined;
    return andThen(this.#putBack(), () => this.#end(this.#takenOver ? 'abandoned' : 'released', undefined));
  }

  /** Leaves the key as it was before the claim: free, or abandoned by an execution that may have taken effect. */
  #putBack(): Awaitable<unknown> {
    return this.#takenOver ? this.#heldKey.renew(0) : this.#heldKey.release();
  }

  #handlerEnded(hasFailed: boolean): void {
    this.#isRunning = false;
    const status = this.#earlyStatus;
    if (status === undefined || this.#hasEnded) return;
    this.#endLate(status, this.#isCutOff && !hasFailed).catch(this.#context.calls.unforeseen);
  }

  async #endLate(status: number, isUnknown: boolean): Promise<void> {
    if (isUnknown && this.#context.settings.mode === 'leased') return this.abandon();
    await this.#heldKey.release();
    this.#end('released', status);
  }

  /** An operation that was answered early ends here: its handler takes longer than allowed. */
  #overtime(): void {
    if (this.#earlyStatus !== undefined) this.#end('abandoned', this.#earlyStatus);
  }

  #end(outcome: ExecutionOutcome, status: number | undefined): void {
    this.#hasEnded = true;
    const { settings, report, onEnded } = this.#context;
    this.#lease.end();
    onEnded(this.#heldKey.slot);
    if (settings.observer === undefined) return;
    const { fencingToken } = this;
    const startedAtMs = this.#startedAtMs;
    const durationMs = settings.clock.nowMs() - startedAtMs;
    report({ kind: 'execution_ended', fencingToken, outcome, status, startedAtMs, durationMs }, this.#source);
  }
}

/** A handler that was cut off fails when it answers, after its work was done. */
function isOfLateAnswer(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'ERR_HTTP_HEADERS_SENT' || error.code === 'ERR_STREAM_WRITE_AFTER_END';
}

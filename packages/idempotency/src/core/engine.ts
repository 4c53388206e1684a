import type { AbandonedVerdict } from './abandoned.ts';
import { andThen, isPromise } from './awaitable.ts';
import { callerScope } from './caller-scope.ts';
import { keyDigest } from './digest.ts';
import type { Attempt, Step } from './engine/attempt.ts';
import { Claims } from './engine/claims.ts';
import { comparesLike, nestingOf } from './engine/nesting.ts';
import { Replies } from './engine/replies.ts';
import { fingerprint } from './fingerprint.ts';
import type { Begun, IdempotentRequest, RefusedRequest } from './idempotent-request.ts';
import { type KeptHeader, type KeptResponse, keepHeaders } from './kept-response.ts';
import { judgeKeyAge } from './key-decision.ts';
import { KeyReader, type KeyReading } from './key-reader.ts';
import { decideByStoredRecord, type LeaseDecision } from './lease-decision.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { type IdempotencyEvent, parseObserver } from './observer.ts';
import type { OperationContext } from './operation/context.ts';
import { referenceOf } from './operation/reference.ts';
import { Operation } from './operation.ts';
import type { EngineSettings } from './options.ts';
import type { Refusal } from './refusal.ts';
import { comparableTypedBody } from './request-body.ts';
import type { Awaitable, Claim } from './store.ts';
import { StoreCalls, StoreFailure } from './store-calls.ts';
import { decodeAnswer } from './stored-answer.ts';
import { uuidV7TimeMs } from './uuid-v7.ts';
import { WaitingRoom } from './waiting-room.ts';
import { type WarningCode, warningMessages, warnLoudly } from './warning.ts';

/** Decides what happens to each request, and runs each operation once. Every adapter has one engine. */
export class IdempotencyEngine {
  readonly settings: EngineSettings;
  readonly keys: KeyReader;
  readonly #claims: Claims;
  readonly #replies: Replies;
  readonly #observer: ReturnType<typeof parseObserver>;
  readonly #context: OperationContext;
  readonly #waiting: WaitingRoom;
  readonly #warned = new Set<WarningCode>();

  constructor(settings: EngineSettings) {
    this.settings = settings;
    this.#observer = parseObserver(settings.observer);
    this.#replies = new Replies({
      settings,
      report: this.#report,
      warn: (code, source) => this.warn(code, source),
    });
    this.keys = new KeyReader(settings, () => this.warn('misspelled_key_header'));
    const calls = new StoreCalls(settings.clock, settings.storeTimeoutMs, this.#report);
    this.#claims = new Claims(settings, calls);
    this.#waiting = new WaitingRoom(settings.clock, settings.waitersMax);
    this.#context = {
      settings,
      calls,
      keeper: new LeaseKeeper(settings.clock, settings.leaseMs),
      report: this.#report,
      onEnded: (slot) => this.#waiting.wake(slot),
    };
  }

  /**
   * Reads whether a request is protected, and its key.
   *
   * @param fieldLines every field line of the header that has the key, by default `Idempotency-Key`
   */
  readKey(method: string, fieldLines: readonly string[]): KeyReading {
    return this.settings.methods.has(method.toUpperCase())
      ? this.keys.ofLines(fieldLines)
      : { kind: 'unprotected' };
  }

  /**
   * Begins a request that carries a key. A failure of the store becomes an answer. If the store answers synchronously,
   * so does this method.
   *
   * @throws {UnreadableBodyError} if the body cannot be compared
   * @throws the errors of `onAbandoned`, and the error of a stored answer that cannot be read
   */
  begin(request: IdempotentRequest): Awaitable<Begun> {
    if (request.caller === undefined) return this.refuse({ code: 'caller_unknown' }, request);
    const { method, path } = request;
    const keyTimeMs = uuidV7TimeMs(request.key);
    const endpoint = this.settings.keysPer === 'endpoint' ? `${method} ${path}` : undefined;
    const nesting = nestingOf(request, this.settings);
    const scope = callerScope(request.caller, endpoint, nesting.level);
    const attempt: Attempt = {
      slot: { scope, key: keyDigest(request.key, keyTimeMs) },
      fingerprint: nesting.fingerprint ?? this.#fingerprintOf(request),
      nesting,
      request,
      keyTimeMs,
      startedAtMs: this.settings.clock.nowMs(),
      takeOver: undefined,
    };
    try {
      const step = this.#step(attempt);
      return isPromise(step) || step.kind === 'again' ? this.#goOn(attempt, step) : step;
    } catch (error) {
      return this.#storeFailed(error, request);
    }
  }

  /**
   * Whether this protection compares requests like the outer one of the same request: the body is then not needed again.
   *
   * @param hasFunction whether the application gave it `fingerprintBody`
   */
  comparesLike(outer: Operation, hasFunction: boolean): boolean {
    return comparesLike(outer, this.settings, hasFunction);
  }

  #fingerprintOf(request: IdempotentRequest): string {
    const { method, path, query, ifMatch, body } = request;
    const { compareHeaders, ignoreMembers } = this.settings;
    const headers = compareHeaders.map((name) => request.headerOf?.(name));
    const comparable = comparableTypedBody(body, ignoreMembers);
    return fingerprint({ method, path, query, ifMatch, headers, body: comparable });
  }

  /** Continues with a request, and asks the store again until the outcome is known. */
  async #goOn(attempt: Attempt, first: Awaitable<Step>): Promise<Begun> {
    try {
      let step = await first;
      while (step.kind === 'again') step = await this.#step({ ...attempt, takeOver: step.takeOver });
      return step;
    } catch (error) {
      return this.#storeFailed(error, attempt.request);
    }
  }

  /** Warns once of a weakness in the protection: through the observer, and as a warning of the process. */
  warn(code: WarningCode, source?: unknown): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#report({ kind: 'warning', code, message: warningMessages[code] }, source);
    warnLoudly(code);
  }

  /** The answer that reports a refusal to the client. */
  refuse(refusal: Refusal, request: RefusedRequest, waitedMs = 0): Begun & { kind: 'answer' } {
    return this.#replies.refuse(refusal, request, waitedMs);
  }

  /** The header that returns its key to the client, if the options ask for it. */
  echoOf(key: string): KeptHeader | undefined {
    return this.#replies.echoOf(key);
  }

  /** Ends an operation with the answer of its handler, and returns what must be sent. Never fails. */
  finish(operation: Operation, answer: KeptResponse, request: RefusedRequest): Awaitable<KeptResponse> {
    return andThen(operation.finish(answer), (ending) =>
      ending.kind === 'send'
        ? ending.response
        : this.refuse(ending.refusal, withKey(request, operation.key)).response,
    );
  }

  #step(attempt: Attempt): Awaitable<Step> {
    const claimedAtMs = this.settings.clock.nowMs();
    return andThen(this.#claims.claim(attempt), (claim) => this.#judge(attempt, claim, claimedAtMs));
  }

  #judge(attempt: Attempt, claim: Claim, claimedAtMs: number): Awaitable<Step> {
    switch (claim.kind) {
      case 'full':
        return this.refuse({ code: 'store_full' }, attempt.request);
      case 'claimed':
        return this.#claimed(attempt, claim, claimedAtMs);
      case 'found':
        return this.#found(attempt, decideByStoredRecord(claim.record, attempt.fingerprint, claim.nowMs));
    }
  }

  #claimed(attempt: Attempt, claim: Claim & { kind: 'claimed' }, claimedAtMs: number): Awaitable<Begun> {
    const { request, slot, keyTimeMs, takeOver } = attempt;
    const age = judgeKeyAge(keyTimeMs, claim.nowMs, this.settings);
    if (age.kind !== 'fresh' && takeOver === undefined) return this.#outOfAge(attempt, claim, age.kind);
    const { key, source } = request;
    const takenOver = takeOver !== undefined;
    this.#report({ kind: 'execution_started', fencingToken: claim.fencingToken, takenOver }, source);
    const { fencingToken } = claim;
    const { level, comparesItself } = attempt.nesting;
    const operation = new Operation(this.#context, {
      slot,
      key,
      fencingToken,
      fingerprint: attempt.fingerprint,
      claimedAtMs,
      source,
      takenOver,
      level,
      comparesItself,
    });
    return { kind: 'execute', operation };
  }

  async #outOfAge(
    { slot, request }: Attempt,
    { fencingToken, nowMs }: Claim & { kind: 'claimed' },
    age: 'too_old' | 'in_future',
  ): Promise<Begun> {
    await this.#claims.release(slot, fencingToken);
    const refusal: Refusal =
      age === 'in_future'
        ? { code: 'idempotency_key_in_future', serverTimeMs: nowMs }
        : { code: 'idempotency_key_expired', firstSeenAtMs: undefined, location: undefined };
    return this.refuse(refusal, request);
  }

  #found(attempt: Attempt, decision: LeaseDecision): Awaitable<Step> {
    const { request, slot } = attempt;
    const waitedMs = this.settings.clock.nowMs() - attempt.startedAtMs;
    switch (decision.kind) {
      case 'conflict':
        return this.refuse({ code: 'idempotency_conflict' }, request, waitedMs);
      case 'expired':
        return this.refuse({ code: 'idempotency_key_expired', ...decision }, request, waitedMs);
      case 'replay': {
        const { cipher } = this.settings;
        const stored = cipher === undefined ? decision.response : cipher.open(decision.response, slot);
        return this.#replies.replay(decodeAnswer(stored), request, waitedMs);
      }
      case 'in_progress':
        return this.#wait(attempt, waitedMs);
      case 'abandoned':
        return this.#abandoned(attempt, decision, waitedMs);
    }
  }

  async #wait({ slot, request }: Attempt, waitedMs: number): Promise<Step> {
    const leftMs = this.settings.waitMs - waitedMs;
    if (leftMs > 0 && (await this.#waiting.wait(slot, leftMs, waitedMs)))
      return { kind: 'again', takeOver: undefined };
    return this.refuse({ code: 'idempotency_in_progress', retryAfterMs: 1000 }, request, waitedMs);
  }

  async #abandoned(
    attempt: Attempt,
    { fencingToken, firstSeenAtMs }: LeaseDecision & { kind: 'abandoned' },
    waitedMs: number,
  ): Promise<Step> {
    const { onAbandoned } = this.settings;
    const { method, path, key, source } = attempt.request;
    const reference = referenceOf(attempt.slot);
    const verdict =
      typeof onAbandoned === 'function'
        ? await onAbandoned({ method, path, key, reference, firstSeenAtMs, fencingToken, request: source })
        : onAbandoned;
    if (verdict === 'rerun') return { kind: 'again', takeOver: fencingToken };
    if (verdict === 'refuse') {
      const refusal: Refusal = { code: 'idempotency_outcome_unknown', cause: 'abandoned' };
      return this.refuse(refusal, attempt.request, waitedMs);
    }
    return this.#settle(attempt, fencingToken, verdict);
  }

  /** Ends an abandoned operation with the answer that the application looked up. */
  async #settle(attempt: Attempt, takeOver: number, found: Exclude<AbandonedVerdict, string>): Promise<Step> {
    const step = await this.#step({ ...attempt, takeOver });
    if (step.kind !== 'execute') return step;
    const headers = keepHeaders(found.headers, this.settings.isKeptHeader);
    const ending = await step.operation.finish({ ...found, headers });
    if (ending.kind === 'refuse') return this.refuse(ending.refusal, attempt.request);
    return this.#replies.replay(ending.response, attempt.request, 0);
  }

  /** @throws the error, if it is not a failure of the store: a fault of ours, or of a function in the options */
  #storeFailed(error: unknown, request: IdempotentRequest): Begun {
    if (!(error instanceof StoreFailure)) throw error;
    if (this.settings.onStoreError === 'refuse') return this.refuse({ code: 'store_unavailable' }, request);
    this.#report({ kind: 'unprotected' }, request.source);
    return { kind: 'proceed' };
  }

  readonly #report = (event: IdempotencyEvent, source?: unknown): void => {
    try {
      this.#observer?.(event, source);
    } catch {
      // An observer that fails must not fail the request.
    }
  };
}

function withKey({ accept, requestId, source }: RefusedRequest, key: string): RefusedRequest {
  return { accept, requestId, source, key };
}

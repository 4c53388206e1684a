import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot, StoredRecord } from '../core/store.ts';
import { gone, type MemoryRecord, ScopeRecords } from './memory/scope-records.ts';

/** Limits of a memory store. */
export interface MemoryStoreOptions {
  /** how many keys are remembered in total; 1,000,000 */
  readonly keysMax?: number;
  /** how many answers are kept in total; 10,000. Older ones become tombstones */
  readonly answersMax?: number;
  /** how many characters and bytes of answers are kept in total; 64 MiB */
  readonly answerBytesMax?: number;
  /** milliseconds since the epoch; the clock of the machine */
  readonly nowMs?: () => number;
  /**
   * milliseconds since any fixed moment, of a clock that is never adjusted: leases and retention are measured with it.
   * By default that of the process, or `nowMs` if that is given
   */
  readonly steadyMs?: () => number;
}

const dayMs = 86_400_000;
/**
 * The last tenth of the room is reserved for scopes that hold less than a hundredth of it, so no scope can use it all
 * up.
 */
const reservedShare = 0.1;
const smallShare = 0.01;
/** How many of the oldest records of a scope are checked when the scope gets a new one. */
const forgottenPerClaimMax = 4;
/** How many other scopes are checked for old records when a new key arrives: one, or more if there is no room left. */
const scopesPerClaim = 1;
const scopesPerClaimWhenFull = 64;

/**
 * A store in the memory of one process: for one instance, for development and tests. Its promises hold while the
 * process lives; a restart forgets every key. It remembers keys for 24 h unless the options set another time.
 *
 * @throws {RangeError} if a limit is not a positive whole number
 */
export function memoryStore(options: MemoryStoreOptions = {}): IdempotencyStore {
  return new MemoryStore(options);
}

class MemoryStore implements IdempotencyStore {
  readonly retentionMsDefault = dayMs;
  readonly #scopes = new Map<string, ScopeRecords>();
  /** iterates over the scopes, again and again */
  #round: MapIterator<[string, ScopeRecords]> | undefined;
  #evictionRound: MapIterator<ScopeRecords> | undefined;
  #keyCount = 0;
  #answerCount = 0;
  #answerBytes = 0;
  #lastToken = 0;
  readonly #keysMax: number;
  readonly #answersMax: number;
  readonly #answerBytesMax: number;
  readonly #nowMs: () => number;
  readonly #steadyMs: () => number;
  readonly #steadyStartMs: number;
  /** by the clock of the machine; reported times of records are this one plus the time that has passed since */
  readonly #startedAtMs: number;

  constructor(options: MemoryStoreOptions) {
    this.#keysMax = limit('keysMax', options.keysMax ?? 1_000_000);
    this.#answersMax = limit('answersMax', options.answersMax ?? 10_000);
    this.#answerBytesMax = limit('answerBytesMax', options.answerBytesMax ?? 64 * 1024 * 1024);
    this.#nowMs = options.nowMs ?? Date.now;
    this.#steadyMs = options.steadyMs ?? options.nowMs ?? (() => performance.now());
    this.#startedAtMs = this.#nowMs();
    this.#steadyStartMs = this.#steadyMs();
  }

  /** How much time has passed since the store was created. */
  #passedMs(): number {
    return this.#steadyMs() - this.#steadyStartMs;
  }

  claim(slot: Slot, request: ClaimRequest): Claim {
    const nowMs = this.#nowMs();
    const now = this.#passedMs();
    const scope = this.#scopes.get(slot.scope);
    const key = compact(slot.key);
    const record = scope?.byKey.get(key);
    if (scope !== undefined && record !== undefined) {
      if (!isForgotten(record, now)) {
        if (record.fencingToken !== request.takeOver || !isAbandoned(record, now)) {
          return { kind: 'found', record: this.#recordOf(record), nowMs: this.#startedAtMs + now };
        }
        record.fencingToken = ++this.#lastToken;
        record.expiresAt = now + request.leaseMs;
        return { kind: 'claimed', fencingToken: record.fencingToken, nowMs };
      }
      this.#forget(slot.scope, scope, key, record);
    }
    this.#forgetSome(slot.scope, now);
    if (this.#isFull(slot.scope)) return { kind: 'full' };
    const fencingToken = ++this.#lastToken;
    this.#add(slot.scope, key, {
      fingerprint: compact(request.fingerprint),
      firstSeenAt: now,
      forgetAt: now + request.retentionMs,
      fencingToken,
      expiresAt: now + request.leaseMs,
      answer: undefined,
      location: undefined,
    });
    return { kind: 'claimed', fencingToken, nowMs };
  }

  renew(slot: Slot, fencingToken: number, leaseMs: number): boolean {
    const record = this.#held(slot, fencingToken);
    if (record === undefined || record.answer !== undefined) return false;
    record.expiresAt = this.#passedMs() + leaseMs;
    return true;
  }

  complete(slot: Slot, fencingToken: number, completion: Completion): boolean {
    const record = this.#held(slot, fencingToken);
    if (record === undefined) return false;
    if (record.answer !== undefined) return true;
    const { answer, answerTtlMs, location } = completion;
    record.location = location;
    record.answer = gone;
    record.expiresAt = 0;
    // An answer larger than the limit would push out all others, and then itself.
    if (answer === undefined || answer.length > this.#answerBytesMax) return true;
    this.#makeRoom(slot.scope, answer.length);
    record.answer = answer;
    record.expiresAt = this.#passedMs() + answerTtlMs;
    this.#scopes.get(slot.scope)?.answered(record);
    this.#answerCount++;
    this.#answerBytes += answer.length;
    return true;
  }

  release(slot: Slot, fencingToken: number): boolean {
    const scope = this.#scopes.get(slot.scope);
    const record = this.#held(slot, fencingToken);
    if (scope === undefined || record === undefined || record.answer !== undefined) return false;
    this.#forget(slot.scope, scope, compact(slot.key), record);
    return true;
  }

  inspect(slot: Slot): { readonly record: StoredRecord; readonly nowMs: number } | undefined {
    const now = this.#passedMs();
    const record = this.#scopes.get(slot.scope)?.byKey.get(compact(slot.key));
    if (record === undefined || isForgotten(record, now)) return undefined;
    return { record: this.#recordOf(record), nowMs: this.#startedAtMs + now };
  }

  #held(slot: Slot, fencingToken: number): MemoryRecord | undefined {
    const record = this.#scopes.get(slot.scope)?.byKey.get(compact(slot.key));
    return record?.fencingToken === fencingToken ? record : undefined;
  }

  #recordOf(record: MemoryRecord): StoredRecord {
    const { fencingToken, answer, location } = record;
    const fingerprint = Buffer.from(record.fingerprint, 'latin1').toString('hex');
    const firstSeenAtMs = this.#startedAtMs + record.firstSeenAt;
    const expiresAtMs = this.#startedAtMs + record.expiresAt;
    if (answer === undefined) {
      return { kind: 'leased', fingerprint, firstSeenAtMs, fencingToken, leaseExpiresAtMs: expiresAtMs };
    }
    return {
      kind: 'completed',
      fingerprint,
      firstSeenAtMs,
      fencingToken,
      location,
      answer: answer === gone ? { kind: 'gone' } : { kind: 'kept', response: answer, expiresAtMs },
    };
  }

  #add(scopeName: string, key: string, record: MemoryRecord): void {
    let scope = this.#scopes.get(scopeName);
    if (scope === undefined) {
      scope = new ScopeRecords();
      this.#scopes.set(scopeName, scope);
    }
    scope.byKey.set(key, record);
    this.#keyCount++;
  }

  #isFull(scopeName: string): boolean {
    const free = this.#keysMax - this.#keyCount;
    if (free <= 0) return true;
    if (free > this.#keysMax * reservedShare) return false;
    return (this.#scopes.get(scopeName)?.byKey.size ?? 0) >= Math.max(1, this.#keysMax * smallShare);
  }

  /** Forgets records whose retention is over: in the scope of the new key, and in some other scopes in turn. */
  #forgetSome(scopeName: string, now: number): void {
    const own = this.#scopes.get(scopeName);
    if (own !== undefined) this.#forgetOldest(scopeName, own, now);
    const scopes = this.#keyCount < this.#keysMax ? scopesPerClaim : scopesPerClaimWhenFull;
    for (let looked = 0; looked < scopes; looked++) {
      this.#round ??= this.#scopes.entries();
      const next = this.#round.next();
      if (next.done === true) this.#round = undefined;
      else this.#forgetOldest(...next.value, now);
    }
  }

  /** The oldest keys come first, so records whose retention is over are found without a search. */
  #forgetOldest(scopeName: string, scope: ScopeRecords, now: number): void {
    let seen = 0;
    for (const [key, record] of scope.byKey) {
      if (seen++ >= forgottenPerClaimMax || !isForgotten(record, now)) return;
      this.#forget(scopeName, scope, key, record);
    }
  }

  #forget(scopeName: string, scope: ScopeRecords, key: string, record: MemoryRecord): void {
    this.#dropAnswer(scope, record);
    scope.byKey.delete(key);
    this.#keyCount--;
    if (scope.byKey.size === 0) this.#scopes.delete(scopeName);
  }

  #dropAnswer(scope: ScopeRecords, record: MemoryRecord): void {
    const { answer } = record;
    if (answer === undefined || answer === gone) return;
    scope.dropAnswer(record);
    this.#answerCount--;
    this.#answerBytes -= answer.length;
  }

  /** Makes tombstones of the oldest answers: of this scope, or of one that holds its share or more. */
  #makeRoom(scopeName: string, bytes: number): void {
    while (this.#answerCount >= this.#answersMax || this.#answerBytes + bytes > this.#answerBytesMax) {
      const victim = this.#victim(scopeName);
      const record = victim?.oldestAnswered();
      if (victim === undefined || record === undefined) return;
      this.#dropAnswer(victim, record);
    }
  }

  /** A scope that holds an equal share of all answers or more: the given one if it does, otherwise the next that does. */
  #victim(scopeName: string): ScopeRecords | undefined {
    const share = this.#answerCount / this.#scopes.size;
    const own = this.#scopes.get(scopeName);
    if (own !== undefined && own.answers >= share) return own;
    // At least one scope holds the mean or more. About half of them do, so the search is short.
    for (let looked = 0; looked <= this.#scopes.size + 1; looked++) {
      this.#evictionRound ??= this.#scopes.values();
      const next = this.#evictionRound.next();
      if (next.done === true) this.#evictionRound = undefined;
      else if (next.value.answers >= share) return next.value;
    }
    return undefined;
  }
}

function isAbandoned(record: MemoryRecord, now: number): boolean {
  return record.answer === undefined && now >= record.expiresAt;
}

/** An active lease keeps its record longer than the retention. */
function isForgotten(record: MemoryRecord, now: number): boolean {
  return now >= record.forgetAt && (record.answer !== undefined || now >= record.expiresAt);
}

// Digests are kept in memory as one character for each byte. This takes half the room of hexadecimal digits, and the
// string is a separate copy: a substring would keep the string that it was cut from alive.
const scratch = Buffer.alloc(32);

function compact(digits: string): string {
  return scratch.toString('latin1', 0, scratch.write(digits, 'hex'));
}

function limit(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${name} must be a positive whole number`);
}

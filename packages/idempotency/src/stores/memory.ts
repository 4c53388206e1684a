import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot, StoredRecord } from '../core/store.ts';
import { AnswerPages, answerBytes } from './memory/answer-pages.ts';
import { column, gone, leased, none, RecordTable } from './memory/record-table.ts';
import { compact, ScopeRecords } from './memory/scope-records.ts';

/** Limits of a memory store. */
export interface MemoryStoreOptions {
  /** how many keys are remembered in total; 1,000,000 */
  readonly keysMax?: number;
  /** how many answers are kept in total; 10,000. Older ones become tombstones */
  readonly answersMax?: number;
  /** how many bytes of answers are kept in total; 64 MiB */
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
  readonly #table = new RecordTable();
  readonly #pages = new AnswerPages();
  /** the locations of the records that have one */
  readonly #locations = new Map<number, string>();
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
  /** the start by the clock of the machine; reported times of records are this time plus the time passed since */
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
    const table = this.#table;
    const nowMs = this.#nowMs();
    const now = this.#passedMs();
    const scope = this.#scopes.get(slot.scope);
    const key = compact(slot.key);
    const known = scope?.byKey.get(key);
    if (scope !== undefined && known !== undefined) {
      if (!this.#isForgotten(known, now)) {
        if (table.get(known, column.fencingToken) !== request.takeOver || !this.#isAbandoned(known, now)) {
          return { kind: 'found', record: this.#recordOf(known), nowMs: this.#startedAtMs + now };
        }
        table.set(known, column.fencingToken, ++this.#lastToken);
        table.set(known, column.expiresAt, now + request.leaseMs);
        return { kind: 'claimed', fencingToken: this.#lastToken, nowMs };
      }
      this.#forget(slot.scope, scope, key, known);
    }
    this.#forgetSome(slot.scope, now);
    if (this.#isFull(slot.scope)) return { kind: 'full' };
    const fencingToken = ++this.#lastToken;
    const { fingerprint, leaseMs, retentionMs } = request;
    const record = table.add(fingerprint, now, now + retentionMs, fencingToken, now + leaseMs);
    this.#scopeOf(slot.scope).byKey.set(key, record);
    this.#keyCount++;
    return { kind: 'claimed', fencingToken, nowMs };
  }

  renew(slot: Slot, fencingToken: number, leaseMs: number): boolean {
    const record = this.#held(slot, fencingToken);
    if (record === undefined || this.#table.get(record, column.answer) !== leased) return false;
    this.#table.set(record, column.expiresAt, this.#passedMs() + leaseMs);
    return true;
  }

  complete(slot: Slot, fencingToken: number, completion: Completion): boolean {
    const table = this.#table;
    const record = this.#held(slot, fencingToken);
    if (record === undefined) return false;
    if (table.get(record, column.answer) !== leased) return true;
    const { answer, answerTtlMs, location } = completion;
    if (location !== undefined) this.#locations.set(record, location);
    table.set(record, column.answer, gone);
    table.set(record, column.expiresAt, 0);
    if (answer === undefined) return true;
    const bytes = answerBytes(answer);
    // An answer larger than the limit would push out all others, and then itself.
    if (bytes > this.#answerBytesMax) return true;
    this.#makeRoom(slot.scope, bytes);
    if (this.#pages.isSparse) this.#moveAnswersTogether();
    table.set(record, column.answer, this.#pages.put(answer, bytes));
    table.set(record, column.expiresAt, this.#passedMs() + answerTtlMs);
    this.#scopeOf(slot.scope).addAnswered(record);
    this.#answerCount++;
    this.#answerBytes += bytes;
    return true;
  }

  release(slot: Slot, fencingToken: number): boolean {
    const scope = this.#scopes.get(slot.scope);
    const record = this.#held(slot, fencingToken);
    if (scope === undefined || record === undefined || this.#table.get(record, column.answer) !== leased)
      return false;
    this.#forget(slot.scope, scope, compact(slot.key), record);
    return true;
  }

  inspect(slot: Slot): { readonly record: StoredRecord; readonly nowMs: number } | undefined {
    const now = this.#passedMs();
    const record = this.#scopes.get(slot.scope)?.byKey.get(compact(slot.key));
    if (record === undefined || this.#isForgotten(record, now)) return undefined;
    return { record: this.#recordOf(record), nowMs: this.#startedAtMs + now };
  }

  #held(slot: Slot, fencingToken: number): number | undefined {
    const record = this.#scopes.get(slot.scope)?.byKey.get(compact(slot.key));
    if (record === undefined) return undefined;
    return this.#table.get(record, column.fencingToken) === fencingToken ? record : undefined;
  }

  #recordOf(record: number): StoredRecord {
    const table = this.#table;
    const answer = table.get(record, column.answer);
    const common = {
      fingerprint: table.fingerprint(record),
      firstSeenAtMs: this.#startedAtMs + table.get(record, column.firstSeenAt),
      fencingToken: table.get(record, column.fencingToken),
    };
    const expiresAtMs = this.#startedAtMs + table.get(record, column.expiresAt);
    if (answer === leased) return { kind: 'leased', ...common, leaseExpiresAtMs: expiresAtMs };
    return {
      kind: 'completed',
      ...common,
      location: this.#locations.get(record),
      answer:
        answer === gone ? { kind: 'gone' } : { kind: 'kept', response: this.#pages.get(answer), expiresAtMs },
    };
  }

  #scopeOf(name: string): ScopeRecords {
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    const scope = new ScopeRecords(this.#table);
    this.#scopes.set(name, scope);
    return scope;
  }

  #isAbandoned(record: number, now: number): boolean {
    return (
      this.#table.get(record, column.answer) === leased && now >= this.#table.get(record, column.expiresAt)
    );
  }

  /** An active lease keeps its record longer than the retention. */
  #isForgotten(record: number, now: number): boolean {
    const table = this.#table;
    if (now < table.get(record, column.forgetAt)) return false;
    return table.get(record, column.answer) !== leased || now >= table.get(record, column.expiresAt);
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
      if (seen++ >= forgottenPerClaimMax || !this.#isForgotten(record, now)) return;
      this.#forget(scopeName, scope, key, record);
    }
  }

  #forget(scopeName: string, scope: ScopeRecords, key: string, record: number): void {
    this.#dropAnswer(scope, record);
    this.#locations.delete(record);
    this.#table.remove(record);
    scope.byKey.delete(key);
    this.#keyCount--;
    if (scope.byKey.size === 0) this.#scopes.delete(scopeName);
  }

  /** Makes a tombstone of a record with an answer. */
  #dropAnswer(scope: ScopeRecords, record: number): void {
    const answer = this.#table.get(record, column.answer);
    if (answer === leased || answer === gone) return;
    this.#table.set(record, column.answer, gone);
    scope.removeAnswered(record);
    this.#answerCount--;
    this.#answerBytes -= this.#pages.drop(answer);
  }

  /**
   * Moves the kept answers into new pages. Each run frees at least half of the room, so an answer is moved once on
   * average.
   */
  #moveAnswersTogether(): void {
    for (const scope of this.#scopes.values()) {
      for (let record = scope.oldestAnswered; record !== none; record = this.#table.next(record)) {
        const place = this.#table.get(record, column.answer);
        const answer = this.#pages.get(place);
        const bytes = this.#pages.drop(place);
        this.#table.set(record, column.answer, this.#pages.put(answer, bytes));
      }
    }
  }

  /** Makes tombstones of the oldest answers: of this scope, or of one that holds its share or more. */
  #makeRoom(scopeName: string, bytes: number): void {
    while (this.#answerCount >= this.#answersMax || this.#answerBytes + bytes > this.#answerBytesMax) {
      const victim = this.#victim(scopeName);
      const record = victim?.oldestAnswered ?? none;
      if (victim === undefined || record === none) return;
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

function limit(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`${name} must be a positive whole number`);
}

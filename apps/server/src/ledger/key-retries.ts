import type { RetriesOfKey, Retry, RetryOutcome } from '../domain/key-retries.ts';
import { type Outcome, recordName, type Submission } from './submission.ts';

/** A key, as a caller of a tenant used it. */
interface NamedKey {
  readonly scope: string;
  readonly digest: string;
}

/** The counts of the retries of a key. */
interface Counted {
  readonly tenant: string;
  readonly scope: string;
  readonly sinceMs: number;
  replayed: number;
  conflict: number;
  expired: number;
  /** a ring: the next one takes the place of the oldest */
  readonly last: Retry[];
}

/** A generation of keys, and the time since which all retries are in it or in a younger one. */
interface Generation {
  readonly sinceMs: number;
  /** by digest; where callers use the same key, all but the first by the name of the record */
  readonly keys: Map<string, Counted>;
}

/** The keys in each of the two generations. */
export const retriedKeysMax = 10_000;

/**
 * Counts the retries of each key since this instance started. The counts are in memory, because a retry must not cost a
 * write: a restart loses them, and each instance has separate counts. A key without retries for a long time is
 * forgotten; `sinceMs` is the time since which a count is complete.
 */
export class KeyRetries {
  readonly #nowMs: () => number;
  readonly #lastMax: number;
  readonly #keysMax: number;
  #young: Generation;
  #old: Generation;

  /** @param lastMax how many retries of a key are kept with their times */
  constructor(nowMs: () => number, lastMax: number, keysMax = retriedKeysMax) {
    this.#nowMs = nowMs;
    this.#lastMax = lastMax;
    this.#keysMax = keysMax;
    const sinceMs = nowMs();
    this.#young = { sinceMs, keys: new Map() };
    this.#old = { sinceMs, keys: new Map() };
  }

  /** Counts the outcome of a submission. Every replay passes through here, so it looks up only the digest. */
  decided({ tenant, key }: Submission, outcome: Outcome): void {
    if (key === undefined) return;
    const kind = retryOutcomeOf(outcome);
    if (kind === undefined) return;
    const counted = find(this.#young, tenant, key) ?? this.#add(tenant, key);
    counted.last[timesOf(counted) % this.#lastMax] = { atMs: this.#nowMs(), outcome: kind };
    counted[kind] += 1;
  }

  of(tenant: string, key: NamedKey): RetriesOfKey {
    const counted = find(this.#young, tenant, key) ?? find(this.#old, tenant, key);
    if (counted === undefined)
      return { sinceMs: this.#old.sinceMs, replayed: 0, conflict: 0, expired: 0, last: [] };
    const { sinceMs, replayed, conflict, expired, last } = counted;
    const oldest = timesOf(counted) % last.length;
    return {
      sinceMs,
      replayed,
      conflict,
      expired,
      last: [...last.slice(oldest), ...last.slice(0, oldest)],
    };
  }

  /** A key that is not in the young generation. */
  #add(tenant: string, key: NamedKey): Counted {
    const { sinceMs } = this.#old;
    const { scope, digest } = key;
    const counted = find(this.#old, tenant, key) ?? {
      tenant,
      scope,
      sinceMs,
      replayed: 0,
      conflict: 0,
      expired: 0,
      last: [],
    };
    if (this.#young.keys.size >= this.#keysMax) {
      this.#old = this.#young;
      this.#young = { sinceMs: this.#nowMs(), keys: new Map() };
    }
    const { keys } = this.#young;
    keys.set(keys.has(digest) ? recordName(tenant, key) : digest, counted);
    return counted;
  }
}

/** What came again with a key on all HTTP threads. */
export function sumRetries(threads: readonly RetriesOfKey[], lastMax: number): RetriesOfKey {
  const sum = (read: (one: RetriesOfKey) => number) => threads.reduce((total, one) => total + read(one), 0);
  const last = threads.flatMap((one) => one.last).toSorted((a, b) => a.atMs - b.atMs);
  return {
    // Whole since the latest of them.
    sinceMs: Math.max(...threads.map(({ sinceMs }) => sinceMs)),
    replayed: sum(({ replayed }) => replayed),
    conflict: sum(({ conflict }) => conflict),
    expired: sum(({ expired }) => expired),
    last: last.slice(-lastMax),
  };
}

function find({ keys }: Generation, tenant: string, key: NamedKey): Counted | undefined {
  const counted = keys.get(key.digest);
  if (counted === undefined || (counted.tenant === tenant && counted.scope === key.scope)) return counted;
  return keys.get(recordName(tenant, key));
}

function timesOf({ replayed, conflict, expired }: Counted): number {
  return replayed + conflict + expired;
}

/** `undefined` if the request was carried out, or if its refusal says nothing about its key. */
function retryOutcomeOf(outcome: Outcome): RetryOutcome | undefined {
  if (outcome.kind === 'answered') return outcome.replayed ? 'replayed' : undefined;
  if (outcome.kind === 'fault') return undefined;
  const { code } = outcome.refusal;
  if (code === 'idempotency_conflict') return 'conflict';
  return code === 'idempotency_key_expired' ? 'expired' : undefined;
}

import { addressGroup } from './address-places.ts';
import { ApiError } from './api-error.ts';
import { type KeyChanges, localKeyChanges } from './key-changes.ts';
import { followedWithinMs } from './runtime-settings.ts';

const keysMax = 10_000;
const addressesMax = 10_000;
const windowMs = 60_000;

export interface ApiKeyLookupOptions {
  /** how many unrecognized keys an address may send in a minute */
  readonly unknownPerMinuteMax: number;
  /**
   * for how long a key that was looked up counts as current without another look, in milliseconds; 0 where the look-up itself knows it.
   * A change by this instance ends that at once
   */
  readonly currentForMs: number;
  /** changes by this process; without it, those of this object alone */
  readonly changes?: KeyChanges;
  /** a clock that is never adjusted, such as `performance.now` */
  readonly nowMs: () => number;
}

/** A key as it was looked up. */
interface Recognized<Key> {
  readonly key: Key;
  readonly lookedUpAtMs: number;
  /** the number of changes before the look-up: the key may be one of the later ones */
  readonly change: number;
}

interface Guesses {
  readonly endsAtMs: number;
  /** keys that were not recognized */
  count: number;
  /** look-ups that have not ended yet */
  pending: number;
}

/**
 * Looks up API keys, and prevents clients that guess keys from using up the database at the expense of others. An
 * unrecognized key is refused from memory for a while, and an address that sends many of them is refused before the
 * database is asked. Recently recognized keys are looked up from any address.
 */
export class ApiKeyLookup<Key> {
  readonly #find: (digest: string) => Promise<Key | undefined>;
  readonly #options: ApiKeyLookupOptions;
  /** when to look up each of them again */
  readonly #unknown = new Map<string, number>();
  readonly #recognized = new Map<string, Recognized<Key>>();
  readonly #guesses = new Map<string, Guesses>();
  /** those that are under way */
  readonly #lookups = new Map<string, Promise<Key | undefined>>();
  readonly changes: KeyChanges;
  /** the number of changes that the maps take into account */
  #followed: number;

  constructor(find: (digest: string) => Promise<Key | undefined>, options: ApiKeyLookupOptions) {
    this.#find = find;
    this.#options = options;
    this.changes = options.changes ?? localKeyChanges();
    this.#followed = this.changes.value;
  }

  /**
   * @throws {ApiError} `rate_limited` if the address has sent too many unrecognized keys; `overloaded` if it may have,
   * because too many of its keys are still being looked up
   */
  async byDigest(digest: string, address: string): Promise<Key | undefined> {
    const nowMs = this.#options.nowMs();
    this.#follow();
    if (nowMs < (this.#unknown.get(digest) ?? 0)) return undefined;
    const recognized = this.#recognized.get(digest);
    if (recognized !== undefined) {
      return this.#isCurrent(recognized, nowMs) ? recognized.key : await this.#lookOnce(digest);
    }
    const guesses = this.#guessesOf(addressGroup(address), nowMs);
    if (guesses.count >= this.#options.unknownPerMinuteMax) throw tooMany(guesses.endsAtMs - nowMs);
    const underWay = this.#lookups.get(digest);
    const key = underWay === undefined ? await this.#lookAmong(guesses, digest) : await underWay;
    if (key === undefined) guesses.count += 1;
    return key;
  }

  /**
   * Records a key that cannot be valid, because of its form or its checksum: it counts like any other guess, and the
   * database is not asked.
   *
   * @throws {ApiError} `rate_limited` if the address has sent too many unrecognized keys
   */
  refuse(digest: string, address: string): void {
    const nowMs = this.#options.nowMs();
    this.#follow();
    if (nowMs < (this.#unknown.get(digest) ?? 0)) return;
    const guesses = this.#guessesOf(addressGroup(address), nowMs);
    if (guesses.count >= this.#options.unknownPerMinuteMax) throw tooMany(guesses.endsAtMs - nowMs);
    guesses.count += 1;
    keep(this.#unknown, keysMax);
    this.#unknown.set(digest, nowMs + followedWithinMs);
  }

  /** Forgets which keys are unknown, and what the others are, after this instance has created or changed one. */
  forget(): void {
    this.changes.advance();
    this.#follow();
  }

  /** Other threads of this process may have changed keys, too. */
  #follow(): void {
    const { value } = this.changes;
    if (value === this.#followed) return;
    this.#followed = value;
    this.#unknown.clear();
    this.#lookups.clear();
  }

  #isCurrent({ lookedUpAtMs, change }: Recognized<Key>, nowMs: number): boolean {
    return change === this.changes.value && nowMs - lookedUpAtMs < this.#options.currentForMs;
  }

  /** Looks up a key that may be a guess: only a few of many simultaneous guesses are looked up. */
  async #lookAmong(guesses: Guesses, digest: string): Promise<Key | undefined> {
    if (guesses.count + guesses.pending >= this.#options.unknownPerMinuteMax) throw tooManyPending();
    guesses.pending += 1;
    try {
      return await this.#lookOnce(digest);
    } finally {
      guesses.pending -= 1;
    }
  }

  /** Requests with the same key share a look-up that is under way. */
  #lookOnce(digest: string): Promise<Key | undefined> {
    const underWay = this.#lookups.get(digest);
    if (underWay !== undefined) return underWay;
    const lookup = this.#look(digest).finally(() => {
      if (this.#lookups.get(digest) === lookup) this.#lookups.delete(digest);
    });
    this.#lookups.set(digest, lookup);
    return lookup;
  }

  async #look(digest: string): Promise<Key | undefined> {
    const change = this.changes.value;
    const lookedUpAtMs = this.#options.nowMs();
    const key = await this.#find(digest);
    if (key !== undefined) {
      keep(this.#recognized, keysMax);
      this.#recognized.set(digest, { key, lookedUpAtMs, change });
      return key;
    }
    this.#recognized.delete(digest);
    // Not a key that was created during the look-up.
    if (change === this.changes.value) {
      keep(this.#unknown, keysMax);
      this.#unknown.set(digest, this.#options.nowMs() + followedWithinMs);
    }
    return undefined;
  }

  #guessesOf(group: string, nowMs: number): Guesses {
    const known = this.#guesses.get(group);
    if (known !== undefined && nowMs < known.endsAtMs) return known;
    this.#guesses.delete(group);
    keep(this.#guesses, addressesMax);
    const begun = { endsAtMs: nowMs + windowMs, count: 0, pending: 0 };
    this.#guesses.set(group, begun);
    return begun;
  }
}

/** Makes room for one more; the oldest is removed. */
function keep(collection: Map<string, unknown> | Set<string>, max: number): void {
  if (collection.size < max) return;
  for (const oldest of collection.keys()) {
    collection.delete(oldest);
    return;
  }
}

function tooMany(leftMs: number): ApiError {
  const headers = { 'retry-after': String(Math.ceil(leftMs / 1_000)) };
  const message = 'too many unrecognized API keys from this address';
  return new ApiError('rate_limited', message, { headers });
}

function tooManyPending(): ApiError {
  const headers = { 'retry-after': '1' };
  const message = 'too many API keys from this address are being looked up';
  return new ApiError('overloaded', message, { headers });
}

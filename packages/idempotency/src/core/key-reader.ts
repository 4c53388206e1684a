import { boundedKey, parseIdempotencyKey } from './idempotency-key.ts';
import { memberOf } from './key-options.ts';
import type { EngineSettings } from './options.ts';
import type { Refusal } from './refusal.ts';
import { parsedJsonOf, type RequestBody } from './request-body.ts';

/** Whether a request is protected, decided by its method and key. */
export type KeyReading =
  | { readonly kind: 'unprotected' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Whether a request has a header, given its name in lower case. */
export type HasHeader = (name: string) => boolean;

type KeySettings = Pick<
  EngineSettings,
  'methods' | 'requireKey' | 'keySpelling' | 'keyPlace' | 'keyLengthMin' | 'keyLengthMax' | 'keyPattern'
>;

const unprotected: KeyReading = { kind: 'unprotected' };

/** Finds the keys of requests and checks them. */
export class KeyReader {
  readonly #settings: KeySettings;
  readonly #onLookalike: () => void;

  /** @param onLookalike called for a request without a key that has a header with a similar name */
  constructor(settings: KeySettings, onLookalike: () => void) {
    this.#settings = settings;
    this.#onLookalike = onLookalike;
  }

  /**
   * Whether a request may have a key, decided by its head alone: a quick check, so that a request without a key costs
   * little.
   */
  concerns(method: string, has: HasHeader): boolean {
    const { methods, requireKey, keyPlace } = this.#settings;
    // Not every runtime writes a method in upper case.
    if (!methods.has(method.toUpperCase())) return false;
    if (keyPlace.kind !== 'header' || has(keyPlace.header)) return true;
    this.#lookForMisspelled(has);
    return requireKey;
  }

  /** @param fieldLines every field line of the header that has the key */
  ofLines(fieldLines: readonly string[]): KeyReading {
    const parsed = parseIdempotencyKey(fieldLines, this.#settings.keySpelling);
    switch (parsed.kind) {
      case 'valid':
        return this.#checked(parsed.key);
      case 'invalid':
        return invalid(parsed.reason);
      case 'absent':
        return this.#absent();
    }
  }

  /** The key in a member of a JSON body. */
  ofBody(body: RequestBody, has: HasHeader): KeyReading {
    const { keyPlace } = this.#settings;
    const path = keyPlace.kind === 'member' ? keyPlace.path : [];
    return this.ofValue(memberOf(parsedJsonOf(body), path), has);
  }

  /** A key that is not in a header: taken as it is. */
  ofValue(value: unknown, has: HasHeader): KeyReading {
    if (value === undefined) {
      this.#lookForMisspelled(has);
      return this.#absent();
    }
    if (typeof value !== 'string') return invalid('the key must be a string');
    const parsed = boundedKey(value);
    return parsed.kind === 'invalid' ? invalid(parsed.reason) : this.#checked(value);
  }

  #absent(): KeyReading {
    const { requireKey } = this.#settings;
    return requireKey ? { kind: 'refused', refusal: { code: 'idempotency_key_required' } } : unprotected;
  }

  #checked(key: string): KeyReading {
    const { keyLengthMin, keyLengthMax, keyPattern } = this.#settings;
    if (key.length < keyLengthMin) return invalid(`the key is shorter than ${keyLengthMin} characters`);
    if (key.length > keyLengthMax) return invalid(`the key is longer than ${keyLengthMax} characters`);
    if (keyPattern?.test(key) === false)
      return invalid('the key does not have the form that this API asks for');
    return { kind: 'key', key };
  }

  #lookForMisspelled(has: HasHeader): void {
    if (this.#settings.keyPlace.lookalikes.some(has)) this.#onLookalike();
  }
}

function invalid(reason: string): KeyReading {
  return { kind: 'refused', refusal: { code: 'invalid_idempotency_key', reason } };
}

import type { ApiKey } from '../../../domain/api-key.ts';
import type { ReadPool } from '../pool.ts';
import { loadApiKeyByDigest } from '../read/api-keys.ts';

/** For how long a key that was read counts as current: a revoked one is refused everywhere after that. */
const apiKeyFreshMs = 1_000;
const keysMax = 10_000;

/**
 * Recently read API keys, so that not every request has to query the database for its caller. Only keys that exist are
 * known: a new one is recognized by every instance at once.
 */
export class KnownApiKeys {
  readonly #pool: ReadPool;
  readonly #keys = new Map<string, { readonly key: ApiKey; readonly readAtMs: number }>();

  constructor(pool: ReadPool) {
    this.#pool = pool;
  }

  async byDigest(digest: string): Promise<ApiKey | undefined> {
    // Not a time of day: no decision that depends on it is stored.
    const nowMs = performance.now();
    const known = this.#keys.get(digest);
    if (known !== undefined && nowMs - known.readAtMs < apiKeyFreshMs) return known.key;
    const key = await this.#pool.use((connection) => loadApiKeyByDigest(connection, digest));
    this.#keys.delete(digest);
    if (key !== undefined) {
      if (this.#keys.size >= keysMax) this.#keys.clear();
      this.#keys.set(digest, { key, readAtMs: nowMs });
    }
    return key;
  }

  /** Forgets all of them, after this instance itself changed one. */
  forget(): void {
    this.#keys.clear();
  }
}

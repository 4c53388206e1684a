import type { ApiKey } from '../domain/api-key.ts';
import type { ApiKeyBooks } from './books/api-keys.ts';

/** Which API keys are wanted. */
export interface ApiKeysWanted {
  /** a prefix; '' begins */
  readonly after: string;
  readonly limit: number;
  /** how many of them are skipped first */
  readonly offset: number;
  readonly includesRevoked: boolean;
}

/** A page of API keys by their prefixes, and how many keys are not revoked. */
export async function listApiKeys(
  books: ApiKeyBooks,
  { after, limit, offset, includesRevoked }: ApiKeysWanted,
): Promise<{ readonly keys: readonly ApiKey[]; readonly total: number }> {
  const total = await books.countApiKeys(undefined);
  // Skipping more than there are needs no counting.
  const skipped = includesRevoked ? offset : Math.min(offset, total);
  return { keys: await books.apiKeysAfter(after, limit, skipped, includesRevoked), total };
}

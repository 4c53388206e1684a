import { canonicalJson } from '@billonce/idempotency/core';

/**
 * Validated metadata in its stored form: the order of its members does not matter, and an object without members is
 * `undefined`.
 */
export function readMetadata(
  metadata: Readonly<Record<string, string>> | undefined,
): { readonly metadata: string } | undefined {
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined;
  return { metadata: canonicalJson(metadata) };
}

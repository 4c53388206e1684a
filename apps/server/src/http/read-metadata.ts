import { canonicalJson } from '@billonce/idempotency/core';

/** Metadata whose form was validated, as the books keep it: the order of its members says nothing, and none is none. */
export function readMetadata(
  metadata: Readonly<Record<string, string>> | undefined,
): { readonly metadata: string } | undefined {
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined;
  return { metadata: canonicalJson(metadata) };
}

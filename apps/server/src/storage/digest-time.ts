/** The time in the digest of a UUIDv7 key, in milliseconds; the digest of any other key begins with `ff`. */
export function digestTimeMs(digest: string): number | undefined {
  return digest.startsWith('ff') ? undefined : Number.parseInt(digest.slice(0, 12), 16);
}

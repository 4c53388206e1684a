/** What became of one item of a bulk of usage. */
export type ItemResult =
  | { readonly kind: 'recorded' | 'duplicate'; readonly total: number; readonly unitScale: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

/** Whether the usage of an item is in the books. */
export function isGood({ kind }: ItemResult): boolean {
  return kind === 'recorded' || kind === 'duplicate';
}

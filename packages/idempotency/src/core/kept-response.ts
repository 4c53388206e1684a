/** The response that is kept under a key and replayed: everything that a retry needs to get the first answer. */
export interface KeptResponse {
  readonly status: number;
  /** representation headers, names in lower case */
  readonly headers: readonly KeptHeader[];
  readonly body: string | Uint8Array;
}

/** Name (in lower case) and value of a kept header. */
export type KeptHeader = readonly [name: string, value: string];

/** The header that marks an answer as a replay; its value is `true`. */
export const replayedHeader = 'idempotency-replayed';

/** Receipts of a payment (x402; the Payment authentication scheme). They belong to the effect, not to a single exchange. */
export const receiptHeaders: readonly string[] = ['payment-response', 'payment-receipt'];

/**
 * The headers that describe the representation and so belong to the first answer. All others (`Set-Cookie`, `Date`,
 * hop-by-hop headers, request ids, rate limits) describe one exchange and are generated again for each.
 *
 * @see RFC 9110, section 8
 */
export const representationHeaders: readonly string[] = [
  'content-type',
  'content-language',
  'content-location',
  'content-disposition',
  'etag',
  'last-modified',
  'link',
  'location',
  ...receiptHeaders,
];

/** Whether a header is kept, given its name in lower case. */
export type IsKept = (name: string) => boolean;

const isOfRepresentation: IsKept = (name) => representationHeaders.includes(name);

/** Selects the headers of an answer that are replayed, in their order, with names in lower case. */
export function keepHeaders(
  headers: Iterable<KeptHeader>,
  isKept: IsKept = isOfRepresentation,
): readonly KeptHeader[] {
  const kept: KeptHeader[] = [];
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (isKept(lower)) kept.push([lower, value]);
  }
  return kept;
}

/** The response that is kept under a key and replayed: all that a retry needs to get the first answer. */
export interface KeptResponse {
  readonly status: number;
  /** representation headers, names in lower case */
  readonly headers: readonly KeptHeader[];
  readonly body: string | Uint8Array;
}

/** Name (in lower case) and value of a header that is kept. */
export type KeptHeader = readonly [name: string, value: string];

/** The header that marks an answer as a replay; its value is `true`. */
export const replayedHeader = 'idempotency-replayed';

/**
 * Receipts of a payment (x402; the Payment authentication scheme): they belong to the effect, not to the exchange.
 */
export const receiptHeaders: readonly string[] = ['payment-response', 'payment-receipt'];

/**
 * The headers that describe the representation, and so belong to the first answer. Everything else (`Set-Cookie`,
 * `Date`, hop-by-hop headers, request ids, rate limits) speaks of one exchange and is made anew for each.
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

/** Whether a header is kept, by its name in lower case. */
export type IsKept = (name: string) => boolean;

const isOfRepresentation: IsKept = (name) => representationHeaders.includes(name);

/** Keeps of an answer's headers those that are replayed, in their order, with names in lower case. */
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

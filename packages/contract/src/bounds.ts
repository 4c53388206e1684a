const dayMs = 86_400_000;
const bodyBytes = 1024 ** 2;

/**
 * The bounds of requests, which the schemas, the server and the reference take from here. Bounds of the books
 * themselves, such as the greatest age of an event, are in the domain.
 */
export const bounds = {
  /** of an idempotency key */
  keyLength: 255,
  agentLength: 256,
  serviceIdLength: 128,
  tenantLength: 64,
  usageIdLength: 128,
  /** of the metadata of a usage item */
  metadataMembers: 8,
  metadataNameLength: 40,
  metadataValueLength: 128,
  runIdLength: 64,
  freeTextLength: 256,
  /** of an API key */
  labelLength: 64,
  addressRangesOfKey: 32,
  addressRangeLength: 49,
  webhookUrlLength: 2_048,
  /** of a webhook, each type once */
  eventTypes: 16,
  /** of a webhook, as they are sent: a type may be there more than once */
  eventTypesSent: 100,
  /** of a text that is searched for */
  searchLength: 1_024,
  cursorLength: 512,
  requestIdLength: 200,
  /** of a key that is looked up */
  retriesShown: 5,
  requestsOfItem: 1_000_000,
  priceStroops: 9_007_199_254,
  bodyBytes,
  bulkBytes: 8 * bodyBytes,
  /** the most that any server takes in one bulk; how many this one takes is its setting */
  bulkItems: 10_000,
  serviceBulkItems: 1_000,
  reconcileItems: 10_000,
  pageItems: 1_000,
  pageItemsDefault: 100,
  limitNameLength: 64,
  limitLevels: 5,
  limits: 1_000,
  /** the most that a tenant can register */
  assets: 100,
  assetScale: 12,
  /** the most that a tenant may spend in a window of its rate limit */
  costOfWindow: 1_000_000_000,
  rateWindowMsLeast: 1_000,
  rateWindowMs: dayMs,
  /** how long a hold may reserve */
  holdMs: 7 * dayMs,
  holdMsDefault: 600_000,
  /** how long a replaced secret is still accepted */
  graceMs: 30 * dayMs,
  graceMsDefault: dayMs,
} as const;

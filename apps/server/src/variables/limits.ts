import { bounds } from '@billonce/contract';
import type { VariableGroup } from './variable.ts';

const dayMs = 86_400_000;
const mebibyte = 1024 ** 2;

/** The most HTTP threads; one writer has no work for more. */
export const httpThreadsMax = 8;
/** What each HTTP thread needs of the room for request bodies: the largest one, and a quarter more for small ones. */
export const bodyBytesPerThreadMin = 16 * mebibyte;

/** How keys and answers are kept, and how much a tenant or a client may use. */
export const limitVariables = {
  IDEMPOTENCY_CACHE_TTL_MS: {
    kind: 'integer',
    default: dayMs,
    min: 1,
    max: 400 * dayMs,
    text: 'How long the answer of a key is kept and replayed, in milliseconds. Not longer than IDEMPOTENCY_RETENTION_DAYS.',
  },
  IDEMPOTENCY_CACHE_MAX_ENTRIES: {
    kind: 'integer',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    text: 'How many answers each scope keeps. The oldest are dropped first.',
  },
  IDEMPOTENCY_CACHE_MAX_BYTES: {
    kind: 'integer',
    default: 1024 ** 3,
    min: 1024,
    max: 1024 ** 4,
    text: 'How many bytes of answer bodies each scope keeps. The oldest are dropped first.',
  },
  IDEMPOTENCY_RETENTION_DAYS: {
    kind: 'integer',
    default: 400,
    min: 35,
    max: 36_500,
    text: 'How long a key prevents a second execution, in days.',
  },
  IDEMPOTENCY_REQUIRED: {
    kind: 'flag',
    default: false,
    text: 'Whether a write without an Idempotency-Key is refused.',
  },
  REFUSE_UNKNOWN_PARAMETERS: {
    kind: 'flag',
    default: false,
    text: 'Whether a request with body members or query parameters that the server does not know, with a filter that is not valid, or with a header that is meant for Idempotency-Key, such as X-Idempotency-Key, is refused. Otherwise they are ignored, and the response header Ignored-Parameters lists them.',
  },
  BULK_MAX_ITEMS: {
    kind: 'integer',
    default: 1_000,
    min: 1,
    max: bounds.bulkItems,
    text: 'Items in one bulk of usage. PATCH /api/v1/config changes it while the server runs.',
  },
  RATE_LIMIT_PER_MINUTE: {
    kind: 'integer',
    default: 12_000_000,
    min: 0,
    max: bounds.costOfWindow,
    text: 'The cost that each tenant may spend in a minute, and each client address whose requests have no recognized key: an item of a bulk costs 1, any other request 1, an export or a sum over all accounts 100. 0 is no limit. PATCH /api/v1/config changes it while the server runs. HTTP_THREADS count tenants together, and requests that arrive at the same moment may exceed the limit by their number, as with several instances; each counts addresses without a recognized key separately, up to its part of the limit.',
  },
  UNKNOWN_KEYS_PER_MINUTE: {
    kind: 'integer',
    default: 120,
    min: 1,
    max: 1_000_000_000,
    text: 'How many different API keys that are not recognized a client address may send in a minute (of IPv6, one /64 network). More are refused with 429 without a query of the database. Recognized keys are not affected. Each of HTTP_THREADS counts separately, up to its part of it.',
  },
  TENANT_BYTES_PER_DAY: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 1024 ** 5,
    text: 'Bytes of request bodies that a tenant may send on a day (UTC), on all instances. 0 is no limit. More is answered with 429 quota_exceeded.',
  },
  MAX_BODY_BYTES_IN_FLIGHT: {
    kind: 'integer',
    default: 64 * mebibyte,
    min: bodyBytesPerThreadMin,
    max: 1024 ** 4,
    defaultText: '67108864, or 16777216 for each of HTTP_THREADS if that is more',
    isCommentedOut: true,
    text: 'Bytes of request bodies that the server receives or processes at a time. One tenant may use half of them; further requests are answered with 503 overloaded. Each of HTTP_THREADS has an equal part, at least 16777216.',
  },
  MAX_CONNECTIONS: {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    text: 'The most open connections, to all HTTP_THREADS together. The limits for a tenant and for an address count them together, too.',
  },
  MAX_CONNECTIONS_PER_TENANT: {
    kind: 'integer',
    default: 5_000,
    min: 1,
    max: 1_000_000,
    defaultText: 'half of MAX_CONNECTIONS',
    isCommentedOut: true,
    text: 'Connections that one tenant may have, by its API keys. Its requests on further ones are answered with 503 overloaded. Not counted with TRUST_PROXY above 0.',
  },
  MAX_CONNECTIONS_PER_ADDRESS: {
    kind: 'integer',
    default: 1_000,
    min: 1,
    max: 1_000_000,
    defaultText:
      '1000; with TRUST_PROXY above 0 MAX_CONNECTIONS, because all connections come from the proxy',
    isCommentedOut: true,
    text: 'Connections of one client address at a time (of IPv6, of one /64 network).',
  },
  HTTP_THREADS: {
    kind: 'integer',
    default: 1,
    min: 1,
    max: httpThreadsMax,
    defaultText:
      'one less than the processors, at most 8, one for each 256 MiB of memory, and no more than MAX_BODY_BYTES_IN_FLIGHT has room for if that is set; 1 on PostgreSQL and on systems other than Linux',
    isCommentedOut: true,
    text: 'Threads that answer requests, in front of the one writer of a database file. On PostgreSQL it must be 1: start more instances there.',
  },
  READ_THREADS: {
    kind: 'integer',
    default: 2,
    min: 1,
    max: 16,
    text: 'Threads for reads that look at many rows (lists, sums, exports, the audit). On PostgreSQL each opens up to two connections.',
  },
  REQUEST_TIMEOUT_MS: {
    kind: 'integer',
    default: 30_000,
    min: 300,
    max: 600_000,
    text: 'Milliseconds within which a whole request must arrive; its head must arrive within a third of that.',
  },
  ANSWER_STALL_MS: {
    kind: 'integer',
    default: 20_000,
    min: 100,
    max: 3_600_000,
    text: 'Milliseconds within which a client must read 64 KiB of an answer, or the rest of it. Otherwise its connection is closed.',
  },
} as const satisfies VariableGroup;

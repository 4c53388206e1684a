import { count, digest, named, only, optional, small, table, text } from '../table.ts';

/** Records of idempotency keys, without their answers. */
export const records = table({
  name: 'records',
  place: { tenant: text(), scope: digest(), key: digest() },
  columns: {
    fingerprint: digest(),
    firstSeenAtMs: count(),
    method: text(),
    path: text(),
    status: small(),
    location: optional(text()),
    /** of its answer, in its scope */
    answerNumber: named('answer', count()),
    answerExpiresAtMs: count(),
  },
  /** the part of the table of answers */
  beside: { day: only('postgres', small()) },
});

import { count, digest, named, only, optional, small, table, text } from '../table.ts';

/** Records of idempotency keys, without their answers. */
export const records = table({
  name: 'records',
  /** on SQLite the scope is a number, which stands for its tenant, too */
  place: {
    tenant: only('postgres', text()),
    scope: only('postgres', digest()),
    scopeNumber: only('sqlite', named('scope', count())),
    key: digest(),
  },
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
  /** the place of a record in the order of all; the part of the table of answers */
  beside: { n: only('sqlite', count()), day: only('postgres', small()) },
});

import { basisFor, type Profile } from './profile-shape.ts';

const draft = 'draft-ietf-httpapi-idempotency-key-header-07';
const intro = `${draft}, section 1, and RFC 9110, section 9.2.2 (the effect of many is that of one)`;

/** The Internet-Draft of the `Idempotency-Key` header. */
export const draft07: Profile = {
  title: 'The Idempotency-Key HTTP Header Field (draft 07)',
  source: `${draft}, October 2025; RFC 9110, RFC 9457, RFC 9651`,
  keyPlace: { kind: 'header', name: 'Idempotency-Key', isQuoted: true },
  isKeyRequired: false,
  keyPrefix: '',
  keyLengthMax: 36,
  isLongKeyRefused: false,
  marker: undefined,
  conflict: { statuses: [422], form: { isDocumented: true } },
  inFlightStatuses: [409],
  keyRequiredForm: { isDocumented: true },
  comparison: 'json',
  comparesTarget: false,
  keysPer: 'caller',
  knowsQuotes: true,
  echoesKey: false,
  freesClientErrors: false,
  keepsServerErrors: true,
  basis: {
    ...basisFor('MUST', intro, 'replay-once', 'concurrent-once', 'instances-once', 'late-effects'),
    ...basisFor('MUST', intro, 'hang-up-close', 'hang-up-reset', 'half-close', 'kill-in-flight'),
    ...basisFor('SHOULD', `${draft}, section 2.6, retry`, 'replay-answer', 'replay-headers', 'client-error'),
    ...basisFor(
      'SHOULD',
      `${draft}, section 2.6, retry`,
      'hang-up-in-answer',
      'slow-client',
      'restart-replay',
    ),
    ...basisFor('SHOULD', `${draft}, section 2.6, retry`, 'kill-replay', 'instances-replay'),
    ...basisFor('SHOULD', `${draft}, section 2.6, first time request`, 'new-key'),
    ...basisFor(
      'MUST',
      `${draft}, section 2.7 (the server fails the request)`,
      'other-body',
      'concurrent-mismatch',
    ),
    ...basisFor(
      'SHOULD',
      `${draft}, section 2.7`,
      'conflict-status',
      'conflict-form',
      'in-flight-status',
      'key-missing',
    ),
    ...basisFor(
      'SHOULD',
      `${draft}, section 5 (validate the key before processing)`,
      'key-empty',
      'key-non-ascii',
    ),
    ...basisFor('SHOULD', `${draft}, section 2.1 (one header field) and section 5`, 'key-twice'),
    ...basisFor('SHOULD', `${draft}, section 5 (data leaks)`, 'other-caller', 'conflict-leak'),
    ...basisFor('MAY', `${draft}, section 2.4 (fingerprint)`, 'json-reordered', 'json-respelled'),
    ...basisFor('MAY', `${draft}, section 2.3`, 'expiry'),
  },
};

import { basisFor, type Profile } from './profile-shape.ts';

const page = 'docs.stripe.com/api/idempotent_requests';
const errors = 'docs.stripe.com/error-low-level, idempotency';

/** The behaviour of Stripe's API, version 1, which many APIs took over. */
export const stripe: Profile = {
  title: "Stripe's API, version 1",
  source: `${page} and ${errors}, read in November 2026`,
  keyPlace: { kind: 'header', name: 'Idempotency-Key', isQuoted: false },
  isKeyRequired: false,
  keyPrefix: '',
  keyLengthMax: 255,
  isLongKeyRefused: false,
  marker: 'idempotent-replayed',
  conflict: { statuses: [400, 409], form: { members: [['/error/type', 'idempotency_error']] } },
  inFlightStatuses: [409],
  comparison: 'json',
  comparesTarget: false,
  keysPer: 'caller',
  knowsQuotes: false,
  echoesKey: false,
  freesClientErrors: false,
  keepsServerErrors: true,
  basis: {
    ...basisFor(
      'MUST',
      `${page}: no second object`,
      'replay-once',
      'concurrent-once',
      'instances-once',
      'late-effects',
    ),
    ...basisFor(
      'MUST',
      `${page}: no second object`,
      'hang-up-close',
      'hang-up-reset',
      'half-close',
      'kill-in-flight',
    ),
    ...basisFor(
      'MUST',
      `${page}: the status code and body of the first request`,
      'replay-answer',
      'instances-replay',
    ),
    ...basisFor(
      'MUST',
      `${page}: the status code and body of the first request`,
      'hang-up-in-answer',
      'slow-client',
    ),
    ...basisFor('MUST', `${page}: kept for at least 24 hours`, 'restart-replay', 'kill-replay'),
    ...basisFor('MUST', `${page}: parameters are compared`, 'other-body', 'concurrent-mismatch'),
    ...basisFor('SHOULD', errors, 'conflict-status', 'conflict-form', 'in-flight-status', 'replay-marker'),
    ...basisFor('MUST', `${page}: a unique key`, 'new-key'),
    ...basisFor('SHOULD', `${page}: up to 255 characters`, 'key-long'),
    ...basisFor('SHOULD', `${page}: failed validation is not saved`, 'client-error', 'malformed-body'),
    ...basisFor('SHOULD', `${page}: also 500 errors`, 'server-error'),
  },
};

import { basisFor, type Profile } from './profile-shape.ts';

const rest =
  'Universal-Commerce-Protocol/ucp, docs/specification/shopping/checkout/rest.md, specific header requirements';
const signatures = 'Universal-Commerce-Protocol/ucp, docs/specification/signatures.md, replay protection';

/** The Universal Commerce Protocol. */
export const ucp: Profile = {
  title: 'Universal Commerce Protocol',
  source: `${rest}; ${signatures}; read in November 2026`,
  keyPlace: { kind: 'header', name: 'Idempotency-Key', isQuoted: false },
  isKeyRequired: false,
  keyPrefix: '',
  keyLengthMax: 255,
  isLongKeyRefused: false,
  marker: undefined,
  conflict: { statuses: [409] },
  inFlightStatuses: [409],
  comparison: 'bytes',
  comparesTarget: false,
  keysPer: 'caller',
  knowsQuotes: false,
  echoesKey: false,
  freesClientErrors: false,
  keepsServerErrors: false,
  basis: {
    ...basisFor('MUST', `${rest}, 1`, 'restart-replay', 'kill-replay'),
    ...basisFor(
      'MUST',
      `${rest}, 2`,
      'replay-answer',
      'instances-replay',
      'hang-up-in-answer',
      'slow-client',
    ),
    ...basisFor('MUST', `${rest}, 3`, 'conflict-status', 'other-body', 'concurrent-mismatch'),
    ...basisFor(
      'MUST',
      `${signatures}, idempotency key requirements`,
      'replay-once',
      'concurrent-once',
      'late-effects',
    ),
    ...basisFor(
      'MUST',
      `${signatures}, idempotency key requirements`,
      'hang-up-close',
      'hang-up-reset',
      'half-close',
    ),
    ...basisFor('MUST', `${signatures}, idempotency key requirements`, 'instances-once', 'kill-in-flight'),
  },
};

import { basisFor, type Profile } from './profile-shape.ts';

const spec = 'coinbase/x402, specs/extensions/payment_identifier.md';

/** The extension `payment-identifier` of x402: its `id` is the key. */
export const x402Id: Profile = {
  title: 'x402, extension payment-identifier',
  source: `${spec}, read in November 2026`,
  keyPlace: { kind: 'payment' },
  isKeyRequired: false,
  keyPrefix: 'pay_',
  keyLengthMax: 128,
  isLongKeyRefused: false,
  marker: undefined,
  conflict: { statuses: [409] },
  inFlightStatuses: [409],
  comparison: 'json',
  comparesTarget: false,
  keysPer: 'caller',
  knowsQuotes: false,
  echoesKey: false,
  freesClientErrors: false,
  keepsServerErrors: false,
  basis: {
    ...basisFor(
      'MUST',
      `${spec}, idempotency behavior`,
      'replay-answer',
      'replay-once',
      'new-key',
      'late-effects',
    ),
    ...basisFor('MUST', `${spec}, idempotency behavior`, 'other-body', 'conflict-status', 'concurrent-once'),
    ...basisFor(
      'MUST',
      `${spec}, idempotency behavior`,
      'concurrent-mismatch',
      'hang-up-close',
      'hang-up-reset',
    ),
    ...basisFor('MUST', `${spec}, idempotency behavior`, 'half-close', 'hang-up-in-answer', 'kill-in-flight'),
    ...basisFor('SHOULD', `${spec}, id format`, 'key-long', 'key-empty'),
  },
};

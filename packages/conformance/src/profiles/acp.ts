import { basisFor, type Profile } from './profile-shape.ts';

const rfc = 'agentic-commerce-protocol, rfcs/rfc.agentic_checkout.md';

/** The Agentic Commerce Protocol. */
export const acp: Profile = {
  title: 'Agentic Commerce Protocol',
  source: `${rfc}, section 6, read in November 2026`,
  keyPlace: { kind: 'header', name: 'Idempotency-Key', isQuoted: false },
  isKeyRequired: true,
  keyPrefix: '',
  keyLengthMax: 255,
  isLongKeyRefused: false,
  marker: 'idempotent-replayed',
  conflict: {
    statuses: [422],
    form: {
      members: [
        ['/type', 'invalid_request'],
        ['/code', 'idempotency_conflict'],
        ['/message', undefined],
      ],
    },
  },
  inFlightStatuses: [409],
  keyRequiredForm: {
    members: [
      ['/type', 'invalid_request'],
      ['/code', 'idempotency_key_required'],
    ],
  },
  comparison: 'json',
  comparesTarget: false,
  keysPer: 'endpoint',
  knowsQuotes: false,
  echoesKey: true,
  freesClientErrors: false,
  keepsServerErrors: false,
  basis: {
    ...basisFor('MUST', `${rfc}, section 6.1`, 'key-missing', 'other-path', 'other-caller', 'key-long'),
    ...basisFor('MUST', `${rfc}, section 6.2`, 'json-reordered', 'json-respelled'),
    ...basisFor(
      'MUST',
      `${rfc}, section 6.3`,
      'replay-answer',
      'replay-once',
      'concurrent-once',
      'instances-once',
    ),
    ...basisFor(
      'MUST',
      `${rfc}, section 6.3`,
      'instances-replay',
      'hang-up-close',
      'hang-up-reset',
      'half-close',
    ),
    ...basisFor(
      'MUST',
      `${rfc}, section 6.3`,
      'hang-up-in-answer',
      'slow-client',
      'kill-in-flight',
      'late-effects',
    ),
    ...basisFor('SHOULD', `${rfc}, section 6.3`, 'replay-marker'),
    ...basisFor(
      'MUST',
      `${rfc}, section 6.4`,
      'other-body',
      'conflict-status',
      'conflict-form',
      'in-flight-status',
    ),
    ...basisFor('MUST', `${rfc}, section 6.4`, 'concurrent-mismatch'),
    ...basisFor('SHOULD', `${rfc}, section 6.4`, 'in-flight-retry-after'),
    ...basisFor('MUST', `${rfc}, section 6.5`, 'server-error'),
    ...basisFor('MUST', `${rfc}, section 6.6`, 'restart-replay', 'kill-replay'),
    ...basisFor('MUST', `${rfc}, section 3.1`, 'key-echo'),
  },
};

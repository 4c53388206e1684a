import { basisFor, type Profile } from './profile-shape.ts';

const page = 'adcontextprotocol/adcp, docs/building/by-layer/L1/security.mdx, idempotency';

/** The Ad Context Protocol, over plain HTTP. */
export const adcp: Profile = {
  title: 'Ad Context Protocol',
  source: `${page}, rules 1 to 10, read in November 2026`,
  keyPlace: { kind: 'member', path: ['idempotency_key'] },
  isKeyRequired: true,
  keyPrefix: '',
  keyLengthMax: 255,
  isLongKeyRefused: false,
  marker: undefined,
  markerMember: 'replayed',
  conflict: { statuses: [409, 400, 422], form: { members: [['/adcp_error/code', 'IDEMPOTENCY_CONFLICT']] } },
  inFlightStatuses: [409],
  comparison: 'json',
  comparesTarget: false,
  keysPer: 'caller',
  knowsQuotes: false,
  echoesKey: false,
  freesClientErrors: true,
  keepsServerErrors: false,
  basis: {
    ...basisFor('MUST', `${page}, rule 1`, 'key-missing', 'key-empty', 'malformed-body', 'other-caller'),
    ...basisFor('MUST', `${page}, rule 3`, 'client-error', 'server-error', 'unpaid-then-paid'),
    ...basisFor(
      'MUST',
      `${page}, rule 4`,
      'replay-answer',
      'replay-once',
      'replay-marker',
      'instances-replay',
    ),
    ...basisFor('MUST', `${page}, rule 4`, 'hang-up-in-answer', 'slow-client', 'late-effects'),
    ...basisFor('MUST', `${page}, payload equivalence`, 'json-reordered', 'json-respelled'),
    ...basisFor('MUST', `${page}, rule 5`, 'other-body', 'conflict-status', 'conflict-form', 'conflict-leak'),
    ...basisFor('SHOULD', `${page}, rule 6`, 'expiry'),
    ...basisFor('MUST', `${page}, rule 6 (durability)`, 'restart-replay', 'kill-replay', 'kill-in-flight'),
    ...basisFor('MUST', `${page}, rule 9`, 'concurrent-once', 'concurrent-mismatch', 'in-flight-status'),
    ...basisFor(
      'MUST',
      `${page}, rule 9`,
      'in-flight-retry-after',
      'instances-once',
      'hang-up-close',
      'hang-up-reset',
    ),
    ...basisFor('MUST', `${page}, rule 9`, 'half-close', 'kill-frees-keys'),
  },
};

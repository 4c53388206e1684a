import { basisFor, type Profile } from './profile-shape.ts';

const once = 'Billonce, README.md, promise P1 (once)';
const answer = 'Billonce, README.md, promise P2 (same answer)';
const durable = 'Billonce, README.md, promise P3 (durable)';
const isolation = 'Billonce, README.md, promise P5 (isolation)';
const refusal = 'Billonce, README.md, promise P6 (honest refusal)';
const keys = 'Billonce, packages/idempotency/README.md, Answers';

/** What Billonce promises: every check is binding. */
export const billonce: Profile = {
  title: 'Billonce',
  source: 'README.md and packages/idempotency/README.md of Billonce',
  keyPlace: { kind: 'header', name: 'Idempotency-Key', isQuoted: false },
  isKeyRequired: false,
  keyPrefix: '',
  keyLengthMax: 255,
  isLongKeyRefused: true,
  marker: 'idempotency-replayed',
  conflict: { statuses: [409], form: { members: [['/error', 'idempotency_conflict']] } },
  inFlightStatuses: [409],
  comparison: 'json',
  comparesTarget: true,
  keysPer: 'caller',
  knowsQuotes: true,
  echoesKey: false,
  freesClientErrors: false,
  keepsServerErrors: false,
  basis: {
    ...basisFor(
      'MUST',
      answer,
      'replay-answer',
      'replay-headers',
      'replay-marker',
      'json-reordered',
      'json-respelled',
    ),
    ...basisFor('MUST', answer, 'hang-up-in-answer', 'slow-client', 'instances-replay'),
    ...basisFor(
      'MUST',
      once,
      'replay-once',
      'new-key',
      'concurrent-once',
      'concurrent-mismatch',
      'instances-once',
    ),
    ...basisFor(
      'MUST',
      once,
      'hang-up-close',
      'hang-up-reset',
      'half-close',
      'half-body',
      'expiry',
      'late-effects',
    ),
    ...basisFor('MUST', durable, 'restart-replay', 'kill-replay', 'kill-in-flight', 'kill-frees-keys'),
    ...basisFor('MUST', isolation, 'other-caller', 'conflict-leak'),
    ...basisFor(
      'MUST',
      refusal,
      'other-body',
      'conflict-status',
      'conflict-form',
      'conflict-keeps',
      'other-query',
    ),
    ...basisFor(
      'MUST',
      refusal,
      'other-path',
      'other-method',
      'other-content-type',
      'client-error',
      'malformed-body',
    ),
    ...basisFor(
      'MUST',
      refusal,
      'in-flight-status',
      'in-flight-retry-after',
      'server-error',
      'unpaid-then-paid',
    ),
    ...basisFor(
      'MUST',
      keys,
      'key-missing',
      'key-empty',
      'key-quoted',
      'key-case',
      'key-long',
      'key-non-ascii',
    ),
    ...basisFor('MUST', keys, 'key-twice'),
  },
};

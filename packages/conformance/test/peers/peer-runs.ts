/** A library on npm that the command has checked. It was set up as its documentation shows. */
export interface PeerRun {
  readonly name: string;
  readonly version: string;
  /** framework, store and options */
  readonly setUp: string;
  /** the checks that failed in the profile `draft-07` */
  readonly failed: readonly string[];
}

/** The runs of November 2026. A test repeats those of the libraries that are installed here. */
export const peerRuns: readonly PeerRun[] = [
  {
    name: '@billonce/idempotency',
    version: '0.1.0',
    setUp: "`memoryStore`, `profile: 'ietf'`, `tenantOf`",
    failed: [],
  },
  {
    name: 'express-idempotency',
    version: '1.0.6',
    setUp: 'its memory adapter, no options',
    failed: [
      'conflict-status',
      'conflict-form',
      'other-caller',
      'key-empty',
      'key-quoted',
      'key-non-ascii',
      'key-twice',
      'in-flight-retry-after',
    ],
  },
  {
    name: '@node-idempotency/core',
    version: '1.0.11',
    setUp: 'its memory storage, no options; errors with the statuses of its NestJS plugin',
    failed: [
      'conflict-form',
      'other-query',
      'other-caller',
      'json-reordered',
      'key-empty',
      'key-quoted',
      'key-non-ascii',
      'key-twice',
      'in-flight-retry-after',
    ],
  },
];

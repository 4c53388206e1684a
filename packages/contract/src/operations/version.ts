import { type OperationSpec, staticTag } from '../operation-spec.ts';
import { Changelog, Version } from '../schemas/version.ts';

/** The version that runs, and what changed in each. */
export const versionOperations = {
  readChangelog: {
    method: 'GET',
    path: '/api/v1/changelog',
    summary: 'What changed in each version',
    description: 'Returns the changelog of the server.',
    access: 'tenant',
    successes: {
      200: { description: 'The newest version first.', schema: Changelog, headers: staticTag },
    },
    errors: [],
  },
  readVersion: {
    method: 'GET',
    path: '/api/v1/version',
    summary: 'Which version runs',
    description: 'Returns the version of the server.',
    access: 'tenant',
    successes: { 200: { description: 'Name and version.', schema: Version } },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;

import type { OperationSpec } from '../operation-spec.ts';
import { CallerSeen } from '../schemas/caller.ts';

/** The caller as the server sees it. */
export const callerOperations = {
  readCaller: {
    method: 'GET',
    path: '/api/v1/caller',
    summary: 'How the server identifies the caller, and what its key may do',
    description: 'Shows the tenant, the scopes and the bindings of the API key of this request.',
    access: 'tenant-or-admin',
    successes: { 200: { description: 'The caller.', schema: CallerSeen } },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;

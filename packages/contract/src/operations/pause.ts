import type { OperationSpec } from '../operation-spec.ts';
import { AdminStatus, Paused } from '../schemas/pause.ts';

/** Whether writes are accepted. */
export const pauseOperations = {
  readAdminStatus: {
    method: 'GET',
    path: '/api/v1/admin/status',
    summary: 'Whether writes are paused, and which version runs',
    description: 'Shows whether writes are paused, and the version of the server.',
    access: 'admin',
    successes: { 200: { description: 'The status.', schema: AdminStatus } },
    errors: [],
  },
  pause: {
    method: 'POST',
    path: '/api/v1/admin/pause',
    summary: 'Pause writes: refuse those of all tenants until they are unpaused, also after a restart',
    description:
      'Refuses all new writes with `service_paused`. Reads, retries of executed writes, and the operations of the admin still work.',
    access: 'admin',
    successes: { 200: { description: 'Paused.', schema: Paused } },
    errors: [],
  },
  unpause: {
    method: 'POST',
    path: '/api/v1/admin/unpause',
    summary: 'Unpause writes',
    description: 'Accepts writes again.',
    access: 'admin',
    successes: { 200: { description: 'Unpaused.', schema: Paused } },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;

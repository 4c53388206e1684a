import type { OperationSpec } from '../operation-spec.ts';
import { DeepHealth, Health, HealthFilter, Ready } from '../schemas/health.ts';

/** Whether an instance works. */
export const healthOperations = {
  readHealthBare: {
    method: 'GET',
    path: '/health',
    summary: 'The process answers',
    description: 'Answers while the process runs, without using the database.',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: Health } },
    errors: [],
  },
  readHealth: {
    method: 'GET',
    path: '/api/v1/health',
    summary: 'The process answers',
    description: 'Answers while the process runs, without using the database.',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: Health } },
    errors: [],
  },
  readReady: {
    method: 'GET',
    path: '/api/v1/health/ready',
    summary: 'This instance accepts writes: its last write succeeded, or a later probe did',
    description:
      'Answers 200 if this instance can commit writes, and 503 otherwise. Use it for load balancers.',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: Ready } },
    errors: ['storage_unavailable', 'shutting_down'],
  },
  readDeepHealth: {
    method: 'GET',
    path: '/api/v1/health/deep',
    summary: 'This instance commits a probe; the answer has its duration and the settings in force',
    description:
      'Commits a small write and reports how long it took. Use it to examine an instance, not for frequent probes.',
    access: 'admin',
    query: HealthFilter,
    successes: { 200: { description: 'They do.', schema: DeepHealth } },
    errors: ['storage_unavailable', 'outcome_unknown', 'overloaded', 'shutting_down'],
  },
} as const satisfies Record<string, OperationSpec>;

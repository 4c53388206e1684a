import type { OperationSpec } from '../operation-spec.ts';
import { KeyState } from '../schemas/idempotency-keys.ts';

/** The record of an idempotency key. */
export const idempotencyKeysOperations = {
  readKeyState: {
    method: 'GET',
    path: '/api/v1/idempotency',
    summary: 'The outcome of the request that had the Idempotency-Key of this request',
    description:
      'Looks up a key without executing anything. `not_seen` does not prove that the request will not be executed, because it may still be running.',
    access: 'tenant',
    successes: { 200: { description: 'What is stored about the key.', schema: KeyState } },
    errors: ['not_seen', 'invalid_idempotency_key', 'idempotency_key_required'],
  },
} as const satisfies Record<string, OperationSpec>;

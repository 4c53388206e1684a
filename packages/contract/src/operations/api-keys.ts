import type { OperationSpec } from '../operation-spec.ts';
import {
  ApiKeyCreate,
  ApiKeyCreated,
  ApiKeyFilter,
  ApiKeyList,
  ApiKeyParams,
  ApiKeyRotated,
  ApiKeyRotation,
} from '../schemas/api-keys.ts';

/** API keys. */
export const apiKeysOperations = {
  createApiKey: {
    method: 'POST',
    path: '/api/v1/api-keys',
    summary: 'Create an API key; it is shown once',
    description:
      'Creates a key for a tenant, optionally with scopes, an agent, a service, addresses and an expiry. Only the answer shows the key; a retry with the same Idempotency-Key shows it again for a short time.',
    access: 'admin',
    body: ApiKeyCreate,
    successes: { 201: { description: 'The key.', schema: ApiKeyCreated } },
    errors: ['api_key_exists'],
  },
  listApiKeys: {
    method: 'GET',
    path: '/api/v1/api-keys',
    summary: 'API keys, without their secrets',
    description: 'Lists keys by prefix, with their rights and the time of their last use.',
    access: 'admin',
    query: ApiKeyFilter,
    successes: { 200: { description: 'A page.', schema: ApiKeyList } },
    errors: ['overloaded'],
  },
  rotateApiKey: {
    method: 'POST',
    path: '/api/v1/api-keys/{prefix}/rotate',
    summary: 'Replace an API key by a new one; the old one is still accepted for a while',
    description: 'Creates a key with the same rights. The old key ends after `graceMs`.',
    access: 'admin',
    params: ApiKeyParams,
    query: ApiKeyRotation,
    successes: { 201: { description: 'The new key, shown once.', schema: ApiKeyRotated } },
    errors: ['not_found'],
  },
  revokeApiKey: {
    method: 'DELETE',
    path: '/api/v1/api-keys/{prefix}',
    summary: 'Revoke an API key',
    description: 'Revokes a key: this instance refuses it immediately, and other instances within seconds.',
    access: 'admin',
    params: ApiKeyParams,
    successes: {
      204: {
        description: 'Revoked.',
        headers: {
          'Effective-Within-Ms': 'The time, in milliseconds, after which every instance refuses the key.',
        },
      },
    },
    errors: ['not_found'],
  },
} as const satisfies Record<string, OperationSpec>;

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
    access: 'admin',
    body: ApiKeyCreate,
    successes: { 201: { description: 'The key.', schema: ApiKeyCreated } },
    errors: ['api_key_exists'],
  },
  listApiKeys: {
    method: 'GET',
    path: '/api/v1/api-keys',
    summary: 'API keys, without their secrets',
    access: 'admin',
    query: ApiKeyFilter,
    successes: { 200: { description: 'A page.', schema: ApiKeyList } },
    errors: ['overloaded'],
  },
  rotateApiKey: {
    method: 'POST',
    path: '/api/v1/api-keys/{prefix}/rotate',
    summary: 'Replace an API key by a new one; the old one is still accepted for a while',
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idempotency } from '../adapters/express.ts';
import { idempotent } from '../adapters/fetch.ts';
import { createIdempotentFetch } from '../client/index.ts';
import { memoryStore } from '../stores/memory.ts';

test('on a runtime that is too old, adapters and the client fail at start and say which Node is needed', (t) => {
  const withResolvers = Promise.withResolvers.bind(Promise);
  t.after(() => Object.assign(Promise, { withResolvers }));
  // As on Node 20.
  Object.assign(Promise, { withResolvers: undefined });
  const options = { store: memoryStore(), tenantOf: () => 'acme' };
  const message = /Node must be 22\.15 or later/;
  assert.throws(() => idempotency(options), message);
  assert.throws(() => idempotent(options, () => new Response()), message);
  assert.throws(() => createIdempotentFetch(), message);
});

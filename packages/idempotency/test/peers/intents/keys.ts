import assert from 'node:assert/strict';
import { idempotency, operationOf } from '../../../src/adapters/express.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { executesBoth, refuses, replays } from '../harness/steps.ts';
import type { AppWish, PeerCase } from '../peer-case.ts';

const otherHeader = { options: { keyOf: { header: 'X-Request-Key' } } };
const inOtherHeader = { key: null, headers: { 'X-Request-Key': 'k' } };
const byTenant: AppWish = { options: { tenantOf: ({ headers }) => String(headers['x-api-key']) } };
const of = (tenant: string) => ({ headers: { 'X-Api-Key': tenant } });

export const keyCases: readonly PeerCase[] = [
  {
    intent: 'A write without a key passes, and is executed each time.',
    peers: {
      'express-idempotency': 1,
      'fastify-idempotency': 1,
      'hono-idempotency': 1,
      'idempot-js': 1,
      '@nestarc/idempotency': 1,
      '@reaatech/idempotency-middleware': 2,
      idempotency4j: 1,
      IdempotentAPI: 3,
      AgentPay: 1,
      'universal-idempotent-request': 1,
      'django-idempotency-key': 1,
      'Powertools for AWS Lambda': 1,
    },
    here: 'same',
    check: (start) => executesBoth(start, {}, { key: null }),
  },
  {
    intent: 'Where a key is required, a write without one is refused with 400.',
    peers: {
      '@node-idempotency': 3,
      'idempot-js': 2,
      'hono-idempotency': 1,
      '@nestarc/idempotency': 3,
      'fastify-idempotency': 1,
      'django-idempotency-key': 4,
      IdempotentAPI: 1,
      'universal-idempotent-request': 2,
      '@reaatech/idempotency-middleware': 1,
      idempotency4j: 1,
    },
    here: 'option',
    note: '`requireKey: true`; some of them require a key unless configured otherwise',
    check: (start) =>
      refuses(start, { options: { requireKey: true } }, { key: null }, 400, 'idempotency_key_required'),
  },
  {
    intent: 'An empty key is refused with 400.',
    peers: { 'idempot-js': 2, IdempotentAPI: 1, '@reaatech/idempotency-middleware': 1, idempotency4j: 1 },
    here: 'same',
    check: (start) => refuses(start, {}, { key: '' }, 400, 'invalid_idempotency_key'),
  },
  {
    intent: 'A blank key counts as no key where none is required.',
    peers: { idempotency4j: 1 },
    here: 'different',
    note: 'it is refused with 400: a client that means to be protected is never executed without protection',
    check: (start) => refuses(start, {}, { key: '  ' }, 400, 'invalid_idempotency_key'),
  },
  {
    intent: 'Two headers with a key are refused.',
    peers: { IdempotentAPI: 1 },
    here: 'same',
    check: (start) => refuses(start, {}, { key: ['a', 'b'] }, 400, 'invalid_idempotency_key'),
  },
  {
    intent: 'A key with a comma is refused.',
    peers: { 'idempot-js': 3 },
    here: 'same',
    note: 'without quotes; `"a,b"` is a key',
    check: async (start) => {
      await refuses(start, {}, { key: 'a,b' }, 400, 'invalid_idempotency_key');
      await replays(start, {}, { key: '"a,b"' });
    },
  },
  {
    intent: 'A key over the longest length is refused with 400, and one of exactly that length is taken.',
    peers: {
      'idempot-js': 4,
      '@node-idempotency': 3,
      'hono-idempotency': 2,
      '@reaatech/idempotency-middleware': 4,
      idempotency4j: 3,
      Stripe: 0,
    },
    here: 'same',
    note: '255 characters',
    check: async (start) => {
      await refuses(start, {}, { key: 'k'.repeat(256) }, 400, 'invalid_idempotency_key');
      await replays(start, {}, { key: 'k'.repeat(255) });
    },
  },
  {
    intent: 'The longest length can be chosen.',
    peers: { 'hono-idempotency': 3, '@reaatech/idempotency-middleware': 0, '@node-idempotency': 0 },
    here: 'option',
    note: '`keyLengthMax`',
    check: async (start) => {
      const options = { keyLengthMax: 1 };
      await replays(start, { options }, { key: 'k' });
      await refuses(start, { options }, { key: 'kk' }, 400, 'invalid_idempotency_key');
    },
  },
  {
    intent: 'A key of fewer than 21 characters is refused.',
    peers: { 'idempot-js': 2 },
    here: 'option',
    note: '`keyLengthMin: 21`; unless configured otherwise a key may be the number of an order',
    check: (start) =>
      refuses(start, { options: { keyLengthMin: 21 } }, { key: 'k'.repeat(20) }, 400, 'idempotency_key'),
  },
  {
    intent: 'The length of a key counts in bytes of UTF-8.',
    peers: { 'hono-idempotency': 2 },
    here: 'different',
    note: 'a key is visible ASCII, so a character is a byte; another character is refused with 400',
    check: (start) => refuses(start, {}, { key: 'kl\u00e9' }, 400, 'invalid_idempotency_key'),
  },
  {
    intent: 'Punctuation in a key has no meaning for the store.',
    peers: { 'hono-idempotency': 1 },
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { key: 'a/b:c?d=e&f%20*' });
      await executesBoth(start, {}, { key: 'a:b' }, { key: 'a/b' });
    },
  },
  {
    intent: 'The key may be in another header.',
    peers: {
      'hono-idempotency': 1,
      '@nestarc/idempotency': 1,
      'django-idempotency-key': 2,
      idempotency4j: 1,
    },
    here: 'option',
    note: '`keyOf: { header }`',
    check: async (start) => {
      await replays(start, otherHeader, inOtherHeader);
    },
  },
  {
    intent: 'Where another header is chosen, `Idempotency-Key` is no key.',
    peers: { 'hono-idempotency': 1 },
    here: 'same',
    check: (start) => executesBoth(start, otherHeader, {}),
  },
  {
    intent: 'Where another header is chosen and required, the refusal comes when that one is missing.',
    peers: { 'hono-idempotency': 1, 'django-idempotency-key': 1 },
    here: 'same',
    check: (start) =>
      refuses(start, { options: { ...otherHeader.options, requireKey: true } }, {}, 400, 'X-Request-Key'),
  },
  {
    intent: 'A function of the request finds the key, at once or later; what it does not find is no key.',
    peers: {
      '@nestarc/idempotency': 4,
      '@reaatech/idempotency-middleware': 2,
      'Powertools for AWS Lambda': 2,
    },
    here: 'option',
    note: '`keyOf`',
    check: async (start) => {
      const keyOf = async ({ url = '' }) => new URL(url, 'http://shop').searchParams.get('key') ?? undefined;
      await replays(start, { options: { keyOf } }, { key: null, path: '/charges?key=k' });
      await executesBoth(start, { options: { keyOf } }, { key: null });
    },
  },
  {
    intent: 'When that function throws, nothing is stored and nothing is executed.',
    peers: { '@nestarc/idempotency': 1 },
    here: 'same',
    check: async (start) => {
      const keyOf = () => {
        throw new Error('no key');
      };
      await refuses(start, { options: { keyOf } }, {}, 500, '');
    },
  },
  {
    intent: 'The handler can read the key.',
    peers: { 'hono-idempotency': 1 },
    here: 'same',
    note: '`operationOf(request).key`',
    check: async (start) => {
      const app = await start({
        handle: (response, _id, request) => response.json(operationOf(request)?.key),
      });
      assert.equal((await app.send({ key: '"order-1842"' })).text, '"order-1842"');
    },
  },
  {
    intent: 'Another key is another operation.',
    peers: { 'fastify-idempotency': 1, 'universal-idempotent-request': 1, idempotency4j: 0 },
    here: 'same',
    check: (start) => executesBoth(start, {}, { key: 'a' }, { key: 'b' }),
  },
  {
    intent: 'Another key with the same body is refused, because it may be the same operation.',
    peers: { 'idempot-js': 5 },
    here: 'different',
    note: 'it is executed: two equal purchases are two purchases, and the key is what tells them apart',
    check: (start) =>
      executesBoth(start, {}, { key: 'a', body: { amount: 1 } }, { key: 'b', body: { amount: 1 } }),
  },
  {
    intent: 'The same key of another tenant is another operation.',
    peers: {
      'hono-idempotency': 3,
      '@node-idempotency': 1,
      'Powertools for AWS Lambda': 2,
      'arun0009/idempotent': 1,
      AgentPay: 2,
      '@nestarc/idempotency': 1,
      'django-idempotency-key': 1,
    },
    here: 'option',
    note: '`tenantOf`; theirs is a prefix or a namespace',
    check: async (start) => {
      await executesBoth(start, byTenant, of('acme'), of('globex'));
      await replays(start, byTenant, of('acme'));
    },
  },
  {
    intent: 'A key that is crafted to look like another tenant with another key meets no other key.',
    peers: { 'hono-idempotency': 2 },
    here: 'same',
    check: async (start) => {
      await executesBoth(start, byTenant, { key: 'b:c', ...of('a') }, { key: 'c', ...of('a:b') });
    },
  },
  {
    intent: 'A key that does not have the form that the API asks for is refused with 400.',
    peers: { 'universal-idempotent-request': 2 },
    here: 'option',
    note: '`keyPattern`',
    check: (start) =>
      refuses(start, { options: { keyPattern: /^[a-z]{5}-\d+$/ } }, {}, 400, 'invalid_idempotency_key'),
  },
  {
    intent: 'Where nothing says whose keys are whose, the app starts with a warning.',
    peers: { 'hono-idempotency': 8 },
    here: 'different',
    note: "it does not start: `tenantOf` or `callers: 'by-address'` must be given",
    check: () => {
      assert.throws(() => idempotency({ store: memoryStore() }), /tenantOf must be given/);
      return Promise.resolve();
    },
  },
];

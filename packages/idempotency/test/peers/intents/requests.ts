import assert from 'node:assert/strict';
import { executesBoth, refuses, replays } from '../harness/steps.ts';
import type { PeerCase } from '../peer-case.ts';

/** Cases about which requests are protected. */
export const requestCases: readonly PeerCase[] = [
  {
    intent: 'A GET with a key passes, and is executed each time.',
    peers: {
      'idempot-js': 3,
      'hono-idempotency': 1,
      'fastify-idempotency': 1,
      '@reaatech/idempotency-middleware': 2,
      'django-idempotency-key': 4,
      IdempotentAPI: 0,
      Stripe: 0,
    },
    here: 'same',
    check: (start) => executesBoth(start, {}, { method: 'GET' }),
  },
  {
    intent: 'A PATCH is protected as a POST is.',
    peers: { 'idempot-js': 3, 'hono-idempotency': 1, IdempotentAPI: 0 },
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { method: 'PATCH' });
    },
  },
  {
    intent: 'A PUT is not protected.',
    peers: { 'idempot-js': 2, IdempotentAPI: 1 },
    here: 'different',
    note: 'PUT and DELETE are protected: a client that sends a key with one expects the first answer. `methods` changes it',
    check: async (start) => {
      await replays(start, {}, { method: 'PUT' });
      await executesBoth(start, { options: { methods: ['POST', 'PATCH'] } }, { method: 'PUT' });
    },
  },
  {
    intent: 'A DELETE is not protected.',
    peers: { Stripe: 0, IdempotentAPI: 0, 'idempot-js': 1 },
    here: 'different',
    note: 'likewise: without a key, the retry of a DELETE that took effect is answered with 404',
    check: async (start) => {
      await replays(start, {}, { method: 'DELETE', body: undefined });
    },
  },
  {
    intent: 'The protected methods can be chosen.',
    peers: { 'hono-idempotency': 1 },
    here: 'option',
    note: '`methods`',
    check: async (start) => {
      const options = { methods: ['PUT'] };
      await replays(start, { options }, { method: 'PUT' });
      await executesBoth(start, { options }, { method: 'POST' });
    },
  },
  {
    intent: 'With an empty list of methods nothing is protected.',
    peers: { 'hono-idempotency': 1 },
    here: 'same',
    check: (start) => executesBoth(start, { options: { methods: [] } }, {}),
  },
  {
    intent: 'A GET can be protected, too.',
    peers: { '@nestarc/idempotency': 1, '@node-idempotency': 0 },
    here: 'option',
    note: '`methods`',
    check: async (start) => {
      await replays(start, { options: { methods: ['GET'] } }, { method: 'GET' });
    },
  },
  {
    intent: 'A function leaves requests alone, at once or later.',
    peers: {
      '@node-idempotency': 1,
      'hono-idempotency': 3,
      'universal-idempotent-request': 1,
      'Powertools for AWS Lambda': 1,
    },
    here: 'option',
    note: '`skip`',
    check: async (start) => {
      const options = { skip: async ({ url = '' }) => url.startsWith('/?') };
      await executesBoth(start, { options }, { path: '/?a=1' });
      await replays(start, { options }, { path: '/a' });
    },
  },
  {
    intent: 'A request that is left alone needs no key, although keys are required.',
    peers: { 'django-idempotency-key': 6 },
    here: 'option',
    note: '`skip`, or `@SkipIdempotency()` on Nest',
    check: (start) => executesBoth(start, { options: { requireKey: true, skip: () => true } }, { key: null }),
  },
  {
    intent: 'Only the routes that say so are protected.',
    peers: { '@nestarc/idempotency': 5, 'django-idempotency-key': 10, IdempotentAPI: 0, idempotency4j: 3 },
    here: 'option',
    note: 'the middleware on a route, or `@Idempotent()` on Nest',
    check: async (start) => {
      await executesBoth(start, { protects: 'route' }, { path: '/refunds' });
      await replays(start, { protects: 'route' }, { path: '/charges' });
    },
  },
  {
    intent: 'A body over a limit is refused with 413, whether its length is announced or not.',
    peers: { 'hono-idempotency': 6, idempotency4j: 1 },
    here: 'same',
    note: '`requestBytesMax`; 1 MiB unless set, theirs is none',
    check: async (start) => {
      const options = { requestBytesMax: 20 };
      await refuses(start, { options }, { body: { amount: '1'.repeat(20) } }, 413, 'payload_too_large');
      const app = await start({ options });
      const long = { body: { amount: '1'.repeat(20) } };
      await app.send();
      assert.deepEqual([(await app.send(long)).status, app.executions()], [413, 1]);
    },
  },
  {
    intent: 'A body of exactly the limit is taken.',
    peers: { idempotency4j: 1, 'hono-idempotency': 4 },
    here: 'same',
    check: async (start) => {
      await replays(start, { options: { requestBytesMax: 12 } }, { body: { amount: 1 } });
    },
  },
];

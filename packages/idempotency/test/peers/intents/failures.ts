import assert from 'node:assert/strict';
import type { IdempotencyStore } from '../../../src/core/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { executesBoth, refuses, replays } from '../harness/steps.ts';
import type { AppWish, PeerCase } from '../peer-case.ts';

const throwing = (thrown: unknown): AppWish => ({
  handle: (response, id) => {
    if (id === 1) throw thrown;
    response.status(201).json({ id });
  },
});

const down = () => Promise.reject(new Error('the store is down'));

function storeWith(verbs: Partial<IdempotencyStore>): IdempotencyStore {
  const store = memoryStore();
  return {
    claim: (slot, wish) => store.claim(slot, wish),
    renew: (slot, token, leaseMs) => store.renew(slot, token, leaseMs),
    complete: (slot, token, completion) => store.complete(slot, token, completion),
    release: (slot, token) => store.release(slot, token),
    inspect: (slot) => store.inspect(slot),
    ...verbs,
  };
}

/** Cases about the key after a failure. */
export const failureCases: readonly PeerCase[] = [
  {
    intent: 'A handler that throws frees the key, and the retry is executed.',
    peers: {
      'express-idempotency': 1,
      'fastify-idempotency': 1,
      'hono-idempotency': 1,
      '@nestarc/idempotency': 2,
      IdempotentAPI: 1,
      idempotency4j: 1,
      'Powertools for AWS Lambda': 0,
    },
    here: 'same',
    check: (start) => executesBoth(start, throwing(new Error('failed')), {}),
  },
  {
    intent: 'So does one that throws what is no error.',
    peers: { 'hono-idempotency': 1, 'Powertools for AWS Lambda': 2 },
    here: 'same',
    check: (start) => executesBoth(start, throwing('failed'), {}),
  },
  {
    intent: 'A handler that throws an error with a status from 400 to 499 frees the key.',
    peers: { '@nestarc/idempotency': 1 },
    here: 'different',
    note: "it is the answer, and is stored as one that was returned; `onClientError: 'free'` frees the key",
    check: async (start) => {
      const wish = throwing(Object.assign(new Error('not like this'), { status: 422 }));
      await replays(start, wish);
      await executesBoth(start, { ...wish, options: { onClientError: 'free' } }, {});
    },
  },
  {
    intent: 'An answer of 500 or above is not stored.',
    peers: { 'fastify-idempotency': 0, 'hono-idempotency': 1, 'express-idempotency': 0, IdempotentAPI: 2 },
    here: 'same',
    check: (start) => executesBoth(start, { handle: (response) => response.status(503).end() }, {}),
  },
  {
    intent: 'An answer of 500 or above is stored and replayed.',
    peers: { Stripe: 0 },
    here: 'option',
    note: "`onServerError: 'keep'`",
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => response.status(500).end();
      await replays(start, { handle, options: { onServerError: 'keep' } });
    },
  },
  {
    intent: 'While the store cannot be reached, a request is refused with 503, and not executed.',
    peers: {
      'idempot-js': 11,
      'universal-idempotent-request': 3,
      idempotency4j: 1,
      'Powertools for AWS Lambda': 1,
    },
    here: 'same',
    check: (start) =>
      refuses(start, { options: { store: storeWith({ claim: down }) } }, {}, 503, 'store_unavailable'),
  },
  {
    intent: 'A call to a store that fails is tried again, and a circuit breaker opens.',
    peers: { 'idempot-js': 8 },
    here: 'different',
    note: 'it is called once: drivers and pools try again, and the client does',
    check: async (start) => {
      let claims = 0;
      const claim = () => {
        claims++;
        return down();
      };
      await refuses(start, { options: { store: storeWith({ claim }) } }, {}, 503, 'store_unavailable');
      assert.equal(claims, 1);
    },
  },
  {
    intent: 'A call to the store that takes too long is given up.',
    peers: { 'idempot-js': 1 },
    here: 'same',
    note: '`storeTimeoutMs`',
    check: (start) => {
      const claim: IdempotencyStore['claim'] = () => new Promise(() => undefined);
      const options = { store: storeWith({ claim }), storeTimeoutMs: 10 };
      return refuses(start, { options }, {}, 503, 'store_unavailable');
    },
  },
  {
    intent: 'When the answer cannot be stored it is sent all the same.',
    peers: {
      'idempot-js': 1,
      '@nestarc/idempotency': 3,
      '@reaatech/idempotency-middleware': 1,
      idempotency4j: 2,
      'express-idempotency': 1,
      'Powertools for AWS Lambda': 1,
    },
    here: 'different',
    note: '`503 idempotency_outcome_unknown`, and no retry is executed: the store knows nothing of the answer that was sent, so a later retry would be executed again',
    check: async (start) => {
      const app = await start({ options: { store: storeWith({ complete: down }), waitMs: 0 } });
      const first = await app.send();
      assert.equal(first.status, 503);
      assert.match(first.text, /idempotency_outcome_unknown/);
      assert.equal((await app.send()).status, 409);
      assert.equal(app.executions(), 1);
    },
  },
  {
    intent: 'A key that could not be freed does not hide what the handler has thrown.',
    peers: { idempotency4j: 1, '@nestarc/idempotency': 1, 'Powertools for AWS Lambda': 1 },
    here: 'same',
    check: async (start) => {
      const app = await start({
        ...throwing(new Error('failed')),
        options: { store: storeWith({ release: down }) },
      });
      assert.equal((await app.send()).status, 500);
    },
  },
  {
    intent: 'A record whose answer is missing is removed, and the request is executed.',
    peers: { 'hono-idempotency': 1 },
    here: 'different',
    note: '`410 idempotency_key_expired`: the record says that it was executed',
    check: async (start) => {
      const app = await start({ options: { store: memoryStore({ answersMax: 1 }) } });
      await app.send({ key: 'a' });
      await app.send({ key: 'b' });
      assert.equal((await app.send({ key: 'a' })).status, 410);
      assert.equal(app.executions(), 2);
    },
  },
  {
    intent: 'What a hook throws changes nothing for the request.',
    peers: { 'hono-idempotency': 1, '@nestarc/idempotency': 1, idempotence4j: 3 },
    here: 'same',
    check: async (start) => {
      const observer = () => {
        throw new Error('the observer failed');
      };
      await replays(start, { options: { observer } });
    },
  },
  {
    intent: 'What a handler throws is stored, and a retry gets it again.',
    peers: { '@reaatech/idempotency-middleware': 6 },
    here: 'option',
    note: "`onServerError: 'keep'`; by default the retry is executed",
    check: async (start) => {
      const handle: AppWish['handle'] = () => {
        throw new Error('failed');
      };
      await replays(start, { handle, options: { onServerError: 'keep' } });
    },
  },
];

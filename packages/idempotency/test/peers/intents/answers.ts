import assert from 'node:assert/strict';
import type { IdempotencyStore } from '../../../src/core/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../../src/testing/adapter-laws/law-app.ts';
import { executesBoth, replays } from '../harness/steps.ts';
import type { AppWish, PeerCase } from '../peer-case.ts';

const answering = (status: number, options: AppWish['options'] = {}): AppWish => ({
  options,
  handle: (response, id) => response.status(status).json({ id }),
});
const only2xx = { shouldStore: ({ status }: { readonly status: number }) => status >= 200 && status < 300 };

/** Cases about the answer to a retry. */
export const answerCases: readonly PeerCase[] = [
  {
    intent: 'A retry gets the status and the body of the first answer, and the handler does not run.',
    peers: {
      'express-idempotency': 2,
      'fastify-idempotency': 1,
      'hono-idempotency': 4,
      'idempot-js': 14,
      '@node-idempotency': 9,
      '@nestarc/idempotency': 4,
      '@reaatech/idempotency-middleware': 6,
      'django-idempotency-key': 8,
      IdempotentAPI: 6,
      idempotency4j: 4,
      idempotence4j: 0,
      'arun0009/idempotent': 0,
      'Powertools for AWS Lambda': 0,
      Stripe: 0,
      AgentPay: 10,
      'universal-idempotent-request': 4,
    },
    here: 'same',
    check: async (start) => {
      assert.equal((await replays(start)).status, 201);
    },
  },
  {
    intent: 'A replay is marked by a header, which the first answer does not have.',
    peers: {
      'hono-idempotency': 1,
      'idempot-js': 2,
      'fastify-idempotency': 0,
      idempotency4j: 1,
      '@nestarc/idempotency': 0,
      Stripe: 0,
      '@node-idempotency': 0,
      AgentPay: 0,
    },
    here: 'same',
    note: "`Idempotency-Replayed: true`; `Idempotent-Replayed` with `profile: 'stripe'`",
    check: async (start) => {
      assert.equal((await replays(start)).header('idempotency-replayed'), 'true');
      const stripe = await replays(start, { options: { profile: 'stripe' } });
      assert.equal(stripe.header('idempotent-replayed'), 'true');
    },
  },
  {
    intent:
      'Every answer has a header with what became of its key: created, replayed, in progress, mismatch.',
    peers: { '@nestarc/idempotency': 4 },
    here: 'different',
    note: 'replays are marked, and refusals have a code. `observer` receives all of them',
    check: async (start) => {
      const kinds: string[] = [];
      await replays(start, { options: { observer: (event) => kinds.push(event.kind) } });
      assert.deepEqual(kinds, ['execution_started', 'execution_ended', 'replayed']);
    },
  },
  {
    intent: 'A replay has the media type of the first answer.',
    peers: { 'hono-idempotency': 1 },
    here: 'same',
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => response.type('text/csv').send('a,b');
      assert.match((await replays(start, { handle })).header('content-type') ?? '', /^text\/csv/);
    },
  },
  {
    intent: 'Headers that begin with `x-` are replayed.',
    peers: { '@nestarc/idempotency': 1 },
    here: 'different',
    note: "headers that describe the representation are, and no others: many `x-` headers speak of one exchange. `keepHeaders: ['x-total-*']` names more",
    check: async (start) => {
      const handle: AppWish['handle'] = (response, id) => response.set('X-Total-Cents', '1').json({ id });
      assert.equal((await replays(start, { handle })).header('x-total-cents'), undefined);
      const kept = await replays(start, { handle, options: { keepHeaders: ['x-total-*'] } });
      assert.equal(kept.header('x-total-cents'), '1');
    },
  },
  {
    intent: 'Which headers are replayed can be chosen, in upper or lower case.',
    peers: { '@nestarc/idempotency': 9 },
    here: 'option',
    note: '`keepHeaders`',
    check: async (start) => {
      const handle: AppWish['handle'] = (response, id) => response.set('X-Receipt', 'r').json({ id });
      const kept = await replays(start, { handle, options: { keepHeaders: ['X-RECEIPT'] } });
      assert.equal(kept.header('x-receipt'), 'r');
    },
  },
  {
    intent: '`Set-Cookie` is never replayed, and cannot be chosen.',
    peers: { 'hono-idempotency': 1, '@nestarc/idempotency': 2 },
    here: 'same',
    check: async (start) => {
      const handle: AppWish['handle'] = (response, id) => response.cookie('session', 's').json({ id });
      assert.equal((await replays(start, { handle })).header('set-cookie'), undefined);
      await assert.rejects(start({ options: { keepHeaders: ['Set-Cookie'] } }), /set-cookie/);
    },
  },
  {
    intent: '`Content-Length` and `Transfer-Encoding` are made again for a replay.',
    peers: { 'hono-idempotency': 1, idempotency4j: 1 },
    here: 'same',
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => {
        response.write('streamed');
        response.end();
      };
      const replay = await replays(start, { handle });
      assert.deepEqual(
        [replay.header('content-length'), replay.header('transfer-encoding')],
        ['8', undefined],
      );
    },
  },
  {
    intent: 'A replay has `Cache-Control: no-store`.',
    peers: { idempotency4j: 1 },
    here: 'different',
    note: 'the library adds nothing to an answer of the application; caches do not store the answer to a write unless it says so',
    check: async (start) => {
      assert.equal((await replays(start)).header('cache-control'), undefined);
    },
  },
  {
    intent: 'Answers by text, JSON, stream and `end`, and answers without a body, are replayed.',
    peers: {
      'hono-idempotency': 0,
      'idempot-js': 3,
      '@reaatech/idempotency-middleware': 2,
      '@nestarc/idempotency': 3,
      'universal-idempotent-request': 8,
      IdempotentAPI: 1,
    },
    here: 'same',
    check: async (start) => {
      await replays(start, { handle: (response) => response.send('text') });
      await replays(start, { handle: (response) => response.end('end') });
      await replays(start, { handle: (response) => response.status(204).end() });
    },
  },
  {
    intent: 'Answers of bytes are not stored.',
    peers: { '@nestarc/idempotency': 2 },
    here: 'different',
    note: 'they are, byte for byte: the retry of a download is no reason to charge again',
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => response.send(Buffer.from([0, 255, 1]));
      await replays(start, { handle });
    },
  },
  {
    intent: 'An answer from 400 to 499 is stored and replayed.',
    peers: {
      '@node-idempotency': 3,
      IdempotentAPI: 3,
      '@reaatech/idempotency-middleware': 2,
      Stripe: 0,
      AgentPay: 1,
      'universal-idempotent-request': 1,
    },
    here: 'same',
    note: 'but for 401, 402, 403, 408, 413, 415, 421, 425 and 429, which say that nothing was done',
    check: async (start) => {
      await replays(start, answering(422));
      await executesBoth(start, answering(402), {});
    },
  },
  {
    intent: 'Only answers from 200 to 299 are stored.',
    peers: { 'express-idempotency': 1, 'hono-idempotency': 5, IdempotentAPI: 4 },
    here: 'option',
    note: '`shouldStore`; an answer that is not stored declares that nothing took effect',
    check: async (start) => {
      await replays(start, answering(299, only2xx));
      await executesBoth(start, answering(300, only2xx), {});
      await executesBoth(start, answering(400, only2xx), {});
    },
  },
  {
    intent: 'A function of the answer says whether it is stored.',
    peers: { '@reaatech/idempotency-middleware': 4, 'express-idempotency': 1, 'django-idempotency-key': 8 },
    here: 'option',
    note: '`shouldStore`',
    check: (start) => executesBoth(start, answering(200, { shouldStore: () => false }), {}),
  },
  {
    intent:
      'An answer that says that parameters are not valid is not stored: a corrected request may have its key.',
    peers: { Stripe: 0 },
    here: 'option',
    note: "`onClientError: 'free'`, or validation in front of the protection",
    check: (start) =>
      executesBoth(start, answering(400, { onClientError: 'free' }), { body: 'a' }, { body: 'b' }),
  },
  {
    intent: 'What is stored can be another answer than the one that was sent, without its secrets.',
    peers: { idempotency4j: 1 },
    here: 'different',
    note: 'a replay is the same answer byte for byte, so that a retry gets what it needs; `encryption` hides it in the store',
    check: async (start) => {
      const secret = new Uint8Array(32);
      await replays(start, { options: { encryption: [{ id: 'a', secret }] } });
    },
  },
  {
    intent: 'A function may change a replay before it is sent.',
    peers: { 'Powertools for AWS Lambda': 1, 'django-idempotency-key': 4 },
    here: 'different',
    note: 'likewise; what is in front of the protection adds headers to replays, too',
    check: async (start) => {
      await replays(start);
    },
  },
  {
    intent: 'An answer is stored before it is sent.',
    peers: { '@nestarc/idempotency': 1 },
    here: 'same',
    check: async (start) => {
      const gate = new Gate();
      gate.close();
      const store = memoryStore();
      const slow: IdempotencyStore = {
        ...boundVerbs(store),
        async complete(...asked) {
          await gate.pass();
          return store.complete(...asked);
        },
      };
      const app = await start({ options: { store: slow } });
      let isSent = false;
      const answer = app.send().then(() => {
        isSent = true;
      });
      await gate.arrival();
      for (const _ of [1, 2, 3]) await app.send({ method: 'GET', key: null });
      assert.equal(isSent, false);
      gate.open();
      await answer;
    },
  },
];

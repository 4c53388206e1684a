import assert from 'node:assert/strict';
import { executesBoth, replays } from '../harness/steps.ts';
import type { AppWish, PeerCase } from '../peer-case.ts';

const answering = (status: number, options: AppWish['options'] = {}): AppWish => ({
  options,
  handle: (response, id) => response.status(status).json({ id }),
});
const only2xx = { shouldStore: ({ status }: { readonly status: number }) => status >= 200 && status < 300 };

/** What a retry is answered with. */
export const answerCases: readonly PeerCase[] = [
  {
    intent: 'A retry gets the status and the body of the first answer, and the handler does not run.',
    peers: [
      'express-idempotency',
      'fastify-idempotency',
      'hono-idempotency',
      'idempot-js',
      '@node-idempotency',
      '@nestarc/idempotency',
      '@reaatech/idempotency-middleware',
      'django-idempotency-key',
      'IdempotentAPI',
      'idempotency4j',
      'idempotence4j',
      'arun0009/idempotent',
      'Powertools for AWS Lambda',
      'Stripe',
      'AgentPay',
    ],
    here: 'same',
    check: async (start) => {
      assert.equal((await replays(start)).status, 201);
    },
  },
  {
    intent: 'A replay is marked by a header, which the first answer does not have.',
    peers: [
      'hono-idempotency',
      'idempot-js',
      'fastify-idempotency',
      'idempotency4j',
      '@nestarc/idempotency',
      'Stripe',
      '@node-idempotency',
      'AgentPay',
    ],
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
    peers: ['@nestarc/idempotency'],
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
    peers: ['hono-idempotency'],
    here: 'same',
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => response.type('text/csv').send('a,b');
      assert.match((await replays(start, { handle })).header('content-type') ?? '', /^text\/csv/);
    },
  },
  {
    intent: 'Headers that begin with `x-` are replayed.',
    peers: ['@nestarc/idempotency'],
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
    peers: ['@nestarc/idempotency'],
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
    peers: ['hono-idempotency', '@nestarc/idempotency'],
    here: 'same',
    check: async (start) => {
      const handle: AppWish['handle'] = (response, id) => response.cookie('session', 's').json({ id });
      assert.equal((await replays(start, { handle })).header('set-cookie'), undefined);
      await assert.rejects(start({ options: { keepHeaders: ['Set-Cookie'] } }), /set-cookie/);
    },
  },
  {
    intent: '`Content-Length` and `Transfer-Encoding` are made again for a replay.',
    peers: ['hono-idempotency', 'idempotency4j'],
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
    peers: ['idempotency4j'],
    here: 'different',
    note: 'the library adds nothing to an answer of the application; caches do not store the answer to a write unless it says so',
    check: async (start) => {
      assert.equal((await replays(start)).header('cache-control'), undefined);
    },
  },
  {
    intent: 'Answers by text, JSON, stream and `end`, and answers without a body, are replayed.',
    peers: ['hono-idempotency', 'idempot-js', '@reaatech/idempotency-middleware', '@nestarc/idempotency'],
    here: 'same',
    check: async (start) => {
      await replays(start, { handle: (response) => response.send('text') });
      await replays(start, { handle: (response) => response.end('end') });
      await replays(start, { handle: (response) => response.status(204).end() });
    },
  },
  {
    intent: 'Answers of bytes are not stored.',
    peers: ['@nestarc/idempotency'],
    here: 'different',
    note: 'they are, byte for byte: the retry of a download is no reason to charge again',
    check: async (start) => {
      const handle: AppWish['handle'] = (response) => response.send(Buffer.from([0, 255, 1]));
      await replays(start, { handle });
    },
  },
  {
    intent: 'An answer from 400 to 499 is stored and replayed.',
    peers: ['@node-idempotency', 'IdempotentAPI', '@reaatech/idempotency-middleware', 'Stripe', 'AgentPay'],
    here: 'same',
    note: 'but for 401, 402, 403, 408, 413, 415, 421, 425 and 429, which say that nothing was done',
    check: async (start) => {
      await replays(start, answering(422));
      await executesBoth(start, answering(402), {});
    },
  },
  {
    intent: 'Only answers from 200 to 299 are stored.',
    peers: ['express-idempotency', 'hono-idempotency', 'IdempotentAPI'],
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
    peers: ['@reaatech/idempotency-middleware', 'express-idempotency', 'django-idempotency-key'],
    here: 'option',
    note: '`shouldStore`',
    check: (start) => executesBoth(start, answering(200, { shouldStore: () => false }), {}),
  },
  {
    intent:
      'An answer that says that parameters are not valid is not stored: a corrected request may have its key.',
    peers: ['Stripe'],
    here: 'option',
    note: "`onClientError: 'free'`, or validation in front of the protection",
    check: (start) =>
      executesBoth(start, answering(400, { onClientError: 'free' }), { body: 'a' }, { body: 'b' }),
  },
  {
    intent: 'What is stored can be another answer than the one that was sent, without its secrets.',
    peers: ['idempotency4j'],
    here: 'different',
    note: 'a replay is the same answer byte for byte, so that a retry gets what it needs; `encryption` hides it in the store',
    check: async (start) => {
      const secret = new Uint8Array(32);
      await replays(start, { options: { encryption: [{ id: 'a', secret }] } });
    },
  },
  {
    intent: 'A function may change a replay before it is sent.',
    peers: ['Powertools for AWS Lambda'],
    here: 'different',
    note: 'likewise; what is in front of the protection adds headers to replays, too',
    check: async (start) => {
      await replays(start);
    },
  },
];

import assert from 'node:assert/strict';
import { createOnce } from '../../../src/once.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { executesBoth, refusesSecond, replays } from '../harness/steps.ts';
import type { PeerCase } from '../peer-case.ts';

const problemJson = { Accept: 'application/problem+json' };
const [first, other] = [{ body: { amount: 1 } }, { body: { amount: 2 } }];

/** How refusals look, what can be watched, and work without a request. */
export const optionCases: readonly PeerCase[] = [
  {
    intent: 'Without a store the start fails.',
    peers: ['idempot-js', 'IdempotentAPI'],
    here: 'same',
    check: async (start) => {
      await assert.rejects(start({ options: { store: Object({}) } }), /store must be a store/);
    },
  },
  {
    intent: 'An option with a mistake stops the start.',
    peers: ['universal-idempotent-request', 'idempotency4j', '@nestarc/idempotency'],
    here: 'same',
    check: async (start) => {
      await assert.rejects(start({ options: { methods: Object('POST') } }), /methods must be/);
      await assert.rejects(start({ options: { keyOf: { header: 'not a header' } } }), /header/);
    },
  },
  {
    intent: 'Refusals are problem details (RFC 9457).',
    peers: ['hono-idempotency', 'idempot-js'],
    here: 'same',
    note: "for a client that accepts them, and always with `profile: 'ietf'`",
    check: async (start) => {
      const refused = await refusesSecond(start, {}, first, { ...other, headers: problemJson });
      assert.match(refused.header('content-type') ?? '', /^application\/problem\+json/);
      const ietf = await refusesSecond(start, { options: { profile: 'ietf' } }, first, other, 422);
      assert.match(ietf.header('content-type') ?? '', /^application\/problem\+json/);
    },
  },
  {
    intent: 'Each kind of refusal has a separate code.',
    peers: ['hono-idempotency', 'Stripe'],
    here: 'same',
    check: async (start) => {
      const conflict = await refusesSecond(start, {}, first, other);
      assert.match(conflict.text, /"error":"idempotency_conflict"/);
    },
  },
  {
    intent: 'A refusal has an id.',
    peers: ['idempot-js'],
    here: 'same',
    note: '`requestId`; `newRequestId` makes it',
    check: async (start) => {
      const options = { newRequestId: () => 'request-1' };
      assert.match((await refusesSecond(start, { options }, first, other)).text, /"requestId":"request-1"/);
    },
  },
  {
    intent: 'A function gives refusals another form.',
    peers: ['hono-idempotency', '@reaatech/idempotency-middleware'],
    here: 'option',
    note: '`renderRefusal`',
    check: async (start) => {
      const options = {
        renderRefusal: ({ code }: { readonly code: string }) => ({ status: 418, body: { errors: [code] } }),
      };
      const refused = await refusesSecond(start, { options }, first, other, 418);
      assert.equal(refused.text, '{"errors":["idempotency_conflict"]}');
    },
  },
  {
    intent: 'A client that accepts Markdown gets refusals in Markdown.',
    peers: ['idempot-js'],
    here: 'option',
    note: '`renderRefusal`, which is given `accept`',
    check: async (start) => {
      const options = {
        renderRefusal: ({
          accept,
          title,
        }: {
          readonly accept?: string | undefined;
          readonly title: string;
        }) =>
          accept === 'text/markdown' ? { contentType: accept, body: `# ${title}` } : { body: { title } },
      };
      const refused = await refusesSecond(start, { options }, first, {
        ...other,
        headers: { Accept: 'text/markdown' },
      });
      assert.match(refused.text, /^# /);
    },
  },
  {
    intent: 'Hooks receive executions, replays and refusals, with the request.',
    peers: ['hono-idempotency', '@nestarc/idempotency', 'idempotence4j', 'arun0009/idempotent'],
    here: 'option',
    note: '`observer`',
    check: async (start) => {
      const seen: string[] = [];
      const options = {
        observer: ({ kind }: { readonly kind: string }, request?: { readonly url?: string | undefined }) => {
          seen.push(`${kind} ${request?.url}`);
        },
      };
      await refusesSecond(start, { options }, first, other);
      const at = (kind: string) => `${kind} /charges`;
      assert.deepEqual(seen, [at('execution_started'), at('execution_ended'), at('refused')]);
    },
  },
  {
    intent: 'Hooks are not told of requests without a key.',
    peers: ['hono-idempotency'],
    here: 'same',
    check: async (start) => {
      const seen: string[] = [];
      await executesBoth(start, { options: { observer: ({ kind }) => seen.push(kind) } }, { key: null });
      assert.deepEqual(seen, []);
    },
  },
  {
    intent: 'The handler is run for a duplicate, and learns that it is one.',
    peers: ['django-idempotency-key'],
    here: 'different',
    note: 'a handler is never run for a duplicate: one that forgets to look would charge twice',
    check: async (start) => {
      await replays(start);
    },
  },
  {
    intent: 'A function is run once for a key, without HTTP.',
    peers: ['Powertools for AWS Lambda', 'arun0009/idempotent', 'idempotency4j', 'idempotence4j'],
    here: 'same',
    note: '`once`',
    check: async () => {
      let runs = 0;
      const once = createOnce({ store: memoryStore() });
      const run = () => once('message-1', { amount: 1 }, () => ({ run: ++runs }));
      assert.deepEqual([await run(), await run()], [{ run: 1 }, { run: 1 }]);
    },
  },
  {
    intent: 'A function that returns nothing is run once, too.',
    peers: ['arun0009/idempotent'],
    here: 'same',
    check: async () => {
      let runs = 0;
      const once = createOnce({ store: memoryStore() });
      const run = () => once('message-1', null, () => void runs++);
      assert.deepEqual([await run(), await run(), runs], [undefined, undefined, 1]);
    },
  },
  {
    intent: 'A function that throws is run again, and what it threw is thrown on.',
    peers: ['Powertools for AWS Lambda', 'arun0009/idempotent', 'idempotency4j'],
    here: 'same',
    check: async () => {
      let runs = 0;
      const once = createOnce({ store: memoryStore() });
      const run = () =>
        once('message-1', null, () => {
          if (++runs === 1) throw new TypeError('failed');
          return 'done';
        });
      await assert.rejects(run(), TypeError);
      assert.equal(await run(), 'done');
    },
  },
  {
    intent: 'A function that is called with another payload under its key is refused.',
    peers: ['Powertools for AWS Lambda', 'idempotency4j'],
    here: 'same',
    check: async () => {
      const once = createOnce({ store: memoryStore() });
      await once('message-1', { amount: 1 }, () => 'done');
      await assert.rejects(
        once('message-1', { amount: 2 }, () => 'done'),
        { code: 'idempotency_conflict' },
      );
    },
  },
];

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { createOnce } from '../../../src/once.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { executesBoth, refusesSecond, replays } from '../harness/steps.ts';
import type { PeerCase } from '../peer-case.ts';

const problemJson = { Accept: 'application/problem+json' };
const [first, other] = [{ body: { amount: 1 } }, { body: { amount: 2 } }];

/** Cases about the form of refusals, observers, and work without a request. */
export const optionCases: readonly PeerCase[] = [
  {
    intent: 'Without a store the start fails.',
    peers: { 'idempot-js': 1, IdempotentAPI: 1 },
    here: 'same',
    check: async (start) => {
      await assert.rejects(start({ options: { store: Object({}) } }), /store must be a store/);
    },
  },
  {
    intent: 'An option with a mistake stops the start.',
    peers: {
      'universal-idempotent-request': 1,
      idempotency4j: 4,
      '@nestarc/idempotency': 0,
      'idempot-js': 6,
    },
    here: 'same',
    check: async (start) => {
      await assert.rejects(start({ options: { methods: Object('POST') } }), /methods must be/);
      await assert.rejects(start({ options: { keyOf: { header: 'not a header' } } }), /header/);
    },
  },
  {
    intent: 'Refusals are problem details (RFC 9457).',
    peers: { 'hono-idempotency': 5, 'idempot-js': 15 },
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
    peers: { 'hono-idempotency': 2, Stripe: 0, '@reaatech/idempotency-middleware': 2 },
    here: 'same',
    check: async (start) => {
      const conflict = await refusesSecond(start, {}, first, other);
      assert.match(conflict.text, /"error":"idempotency_conflict"/);
    },
  },
  {
    intent: 'A refusal has an id.',
    peers: { 'idempot-js': 8 },
    here: 'same',
    note: '`requestId`; `newRequestId` makes it',
    check: async (start) => {
      const options = { newRequestId: () => 'request-1' };
      assert.match((await refusesSecond(start, { options }, first, other)).text, /"requestId":"request-1"/);
    },
  },
  {
    intent: 'A function gives refusals another form.',
    peers: { 'hono-idempotency': 3, '@reaatech/idempotency-middleware': 2 },
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
    peers: { 'idempot-js': 9 },
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
    peers: { 'hono-idempotency': 7, '@nestarc/idempotency': 2, idempotence4j: 5, 'arun0009/idempotent': 0 },
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
    intent: 'Hooks are not called for requests without a key.',
    peers: { 'hono-idempotency': 2 },
    here: 'same',
    check: async (start) => {
      const seen: string[] = [];
      await executesBoth(start, { options: { observer: ({ kind }) => seen.push(kind) } }, { key: null });
      assert.deepEqual(seen, []);
    },
  },
  {
    intent: 'The handler is run for a duplicate, and learns that it is one.',
    peers: { 'django-idempotency-key': 9 },
    here: 'different',
    note: 'a handler is never run for a duplicate: one that forgets to look would charge twice',
    check: async (start) => {
      await replays(start);
    },
  },
  {
    intent: 'A function is run once for a key, without HTTP.',
    peers: {
      'Powertools for AWS Lambda': 3,
      'arun0009/idempotent': 7,
      idempotency4j: 3,
      idempotence4j: 6,
      '@reaatech/idempotency-middleware': 1,
    },
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
    peers: { 'arun0009/idempotent': 1 },
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
    peers: { 'Powertools for AWS Lambda': 2, 'arun0009/idempotent': 2, idempotency4j: 4 },
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
    peers: { 'Powertools for AWS Lambda': 0, idempotency4j: 1 },
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
  {
    intent: 'A refusal says whether the same request may be sent again.',
    peers: { 'idempot-js': 12 },
    here: 'option',
    note: "`renderRefusal`; with `profile: 'adcp'` each refusal has its `recovery`",
    check: async (start) => {
      const options = {
        renderRefusal: ({ code }: { readonly code: string }) => ({
          body: { retryable: code === 'idempotency_in_progress' },
        }),
      };
      assert.equal((await refusesSecond(start, { options }, first, other)).text, '{"retryable":false}');
    },
  },
  {
    intent: 'A refusal names the key.',
    peers: { 'idempot-js': 3 },
    here: 'option',
    note: '`echoKey: true`, in a header',
    check: async (start) => {
      const refused = await refusesSecond(start, { options: { echoKey: true } }, first, other);
      assert.equal(refused.header('idempotency-key'), 'k');
    },
  },
  {
    intent: 'A function runs in the transaction that stores its result.',
    peers: { idempotence4j: 2 },
    here: 'option',
    note: "`mode: 'atomic'`",
    check: async () => {
      const database = new DatabaseSync(':memory:');
      database.exec('CREATE TABLE charges (amount INTEGER)');
      const store = sqliteStore({ database });
      const atomic = createOnce({ store, mode: 'atomic' });
      const charge = (end: 'COMMIT' | 'ROLLBACK') =>
        atomic('message-1', null, (operation) => {
          database.exec('BEGIN IMMEDIATE; INSERT INTO charges VALUES (7)');
          operation.completeWithin(store.within(database), 'charged');
          database.exec(end);
        });
      await assert.rejects(charge('ROLLBACK'));
      assert.deepEqual([await charge('COMMIT'), await charge('COMMIT')], ['charged', 'charged']);
      assert.equal(database.prepare('SELECT count(*) AS n FROM charges').get()?.['n'], 1);
    },
  },
];

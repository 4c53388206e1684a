import { executesBoth, refusesSecond, replays } from '../harness/steps.ts';
import type { PeerCase } from '../peer-case.ts';

function form(amount: string, text = 'one'): FormData {
  const made = new FormData();
  made.append('amount', amount);
  made.append('receipt', new Blob([text], { type: 'text/plain' }), 'receipt.txt');
  return made;
}

/** What makes two requests under one key the same request. */
export const comparisonCases: readonly PeerCase[] = [
  {
    intent: 'The same key with another body is refused, and not executed.',
    peers: [
      'express-idempotency',
      'fastify-idempotency',
      'hono-idempotency',
      'idempot-js',
      '@node-idempotency',
      '@nestarc/idempotency',
      'IdempotentAPI',
      'idempotency4j',
      'Powertools for AWS Lambda',
      'Stripe',
      'AgentPay',
    ],
    here: 'same',
    note: "409; 422 with `profile: 'ietf'`, 400 with `'stripe'`",
    check: async (start) => {
      const [first, second] = [{ body: { amount: 1 } }, { body: { amount: 2 } }];
      await refusesSecond(start, {}, first, second, 409);
      await refusesSecond(start, { options: { profile: 'ietf' } }, first, second, 422);
      await refusesSecond(start, { options: { profile: 'stripe' } }, first, second, 400);
    },
  },
  {
    intent: 'The same key with another body is another operation.',
    peers: ['@reaatech/idempotency-middleware'],
    here: 'different',
    note: 'it is refused: a client that repeats a key by mistake gets an error, and is not charged',
    check: async (start) => {
      await refusesSecond(start, {}, { body: { amount: 1 } }, { body: { amount: 2 } });
    },
  },
  {
    intent: 'The same key at another path is refused.',
    peers: ['express-idempotency', 'IdempotentAPI', 'universal-idempotent-request'],
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges' }, { path: '/refunds' });
    },
  },
  {
    intent: 'The same key at another path is another operation, also where one route has both paths.',
    peers: ['hono-idempotency', '@nestarc/idempotency'],
    here: 'option',
    note: "`keysPer: 'endpoint'`",
    check: (start) =>
      executesBoth(
        start,
        { options: { keysPer: 'endpoint' } },
        { path: '/charges/1' },
        { path: '/charges/2' },
      ),
  },
  {
    intent: 'The same key with another method is refused.',
    peers: ['express-idempotency', 'universal-idempotent-request'],
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { method: 'POST' }, { method: 'PUT' });
    },
  },
  {
    intent: 'The same key with another query is refused.',
    peers: ['express-idempotency'],
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges?n=1' }, { path: '/charges?n=2' });
    },
  },
  {
    intent: 'The query does not count.',
    peers: ['@nestarc/idempotency'],
    here: 'different',
    note: 'it counts: an amount may be in it',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges' }, { path: '/charges?n=2' });
    },
  },
  {
    intent: 'Members of a JSON body in another order are the same body.',
    peers: ['@nestarc/idempotency', 'Powertools for AWS Lambda'],
    here: 'same',
    check: async (start) => {
      await replays(
        start,
        {},
        { body: { a: { b: 1, c: [2] }, d: 3 } },
        { body: { d: 3, a: { c: [2], b: 1 } } },
      );
    },
  },
  {
    intent: 'Named members of the body do not count, also nested ones.',
    peers: ['idempot-js'],
    here: 'option',
    note: '`ignoreMembers`; names, and no expressions of JSONPath',
    check: async (start) => {
      const options = { ignoreMembers: ['sentAt', ['meta', 'trace']] };
      const body = (sentAt: number) => ({ amount: 1, sentAt, meta: { trace: sentAt, user: 'ada' } });
      await replays(start, { options }, { body: body(1) }, { body: body(2) });
    },
  },
  {
    intent: 'A function says what is compared, at once or later.',
    peers: ['hono-idempotency', '@nestarc/idempotency', 'universal-idempotent-request'],
    here: 'option',
    note: '`fingerprintBody`, for the body; method, path and query count besides',
    check: async (start) => {
      const options = { fingerprintBody: async () => 'always the same' };
      await replays(start, { options }, { body: { amount: 1 } }, { body: { amount: 2 } });
      await refusesSecond(start, { options }, { path: '/charges' }, { path: '/refunds' });
    },
  },
  {
    intent: 'Nothing of the body is compared.',
    peers: [
      '@nestarc/idempotency',
      'universal-idempotent-request',
      '@reaatech/idempotency-middleware',
      'Powertools for AWS Lambda',
    ],
    here: 'option',
    note: "`fingerprintBody: () => ''`",
    check: async (start) => {
      await replays(start, { options: { fingerprintBody: () => '' } }, { body: 'a' }, { body: 'b' });
    },
  },
  {
    intent: 'When that function throws, nothing is stored and nothing is executed.',
    peers: ['@nestarc/idempotency'],
    here: 'same',
    check: async (start) => {
      const fingerprintBody = () => {
        throw new Error('not comparable');
      };
      const app = await start({ options: { fingerprintBody } });
      const { status } = await app.send();
      if (status !== 500 || app.executions() !== 0) throw new Error(`${status}, ${app.executions()}`);
    },
  },
  {
    intent: 'A request without a body is compared as such.',
    peers: ['idempot-js', 'hono-idempotency', 'idempotency4j'],
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: undefined });
      await refusesSecond(start, {}, { body: undefined }, { body: { amount: 1 } });
    },
  },
  {
    intent: 'Bodies that are no JSON are compared.',
    peers: ['idempot-js', '@reaatech/idempotency-middleware'],
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: 'amount 1' });
      await refusesSecond(start, {}, { body: 'amount 1' }, { body: 'amount 2' });
    },
  },
  {
    intent: 'Arrays are compared.',
    peers: ['idempot-js'],
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: [1, 2] });
      await refusesSecond(start, {}, { body: [1, 2] }, { body: [2, 1] });
    },
  },
  {
    intent: 'Forms with files are compared.',
    peers: ['IdempotentAPI'],
    here: 'same',
    note: 'by their parts; the boundary, which each attempt makes again, does not count',
    check: async (start) => {
      const options = { requestBytesMax: 10_000 };
      await replays(start, { options }, { body: form('1') }, { body: form('1') });
      await refusesSecond(start, { options }, { body: form('1') }, { body: form('1', 'two') });
    },
  },
  {
    intent: 'Chosen headers are part of the key.',
    peers: ['@reaatech/idempotency-middleware'],
    here: 'option',
    note: '`keyOf` returns key and header in one; of the headers `If-Match` and the media type are compared anyway',
    check: async (start) => {
      const keyOf = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
        `${headers['idempotency-key']}/${headers['x-currency']}`;
      const of = (currency: string) => ({ headers: { 'X-Currency': currency } });
      await executesBoth(start, { options: { keyOf } }, of('EUR'), of('CHF'));
      await refusesSecond(start, {}, { headers: { 'If-Match': '"1"' } }, { headers: { 'If-Match': '"2"' } });
    },
  },
];

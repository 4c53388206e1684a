import { executesBoth, refusesSecond, replays } from '../harness/steps.ts';
import type { PeerCase } from '../peer-case.ts';

function form(amount: string, text = 'one'): FormData {
  const made = new FormData();
  made.append('amount', amount);
  made.append('receipt', new Blob([text], { type: 'text/plain' }), 'receipt.txt');
  return made;
}

/** Cases about whether two requests under one key are the same request. */
export const comparisonCases: readonly PeerCase[] = [
  {
    intent: 'The same key with another body is refused, and not executed.',
    peers: {
      'express-idempotency': 2,
      'fastify-idempotency': 1,
      'hono-idempotency': 3,
      'idempot-js': 4,
      '@node-idempotency': 3,
      '@nestarc/idempotency': 4,
      IdempotentAPI: 1,
      idempotency4j: 2,
      'Powertools for AWS Lambda': 0,
      Stripe: 0,
      AgentPay: 4,
      'universal-idempotent-request': 2,
    },
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
    peers: { '@reaatech/idempotency-middleware': 4 },
    here: 'different',
    note: 'it is refused: a client that repeats a key by mistake gets an error, and is not charged',
    check: async (start) => {
      await refusesSecond(start, {}, { body: { amount: 1 } }, { body: { amount: 2 } });
    },
  },
  {
    intent: 'The same key at another path is refused.',
    peers: {
      'express-idempotency': 1,
      IdempotentAPI: 1,
      'universal-idempotent-request': 1,
      'hono-idempotency': 1,
    },
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges' }, { path: '/refunds' });
    },
  },
  {
    intent: 'The same key at another path is another operation, also where one route has both paths.',
    peers: { 'hono-idempotency': 1, '@nestarc/idempotency': 9 },
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
    peers: { 'express-idempotency': 1, 'universal-idempotent-request': 1, 'hono-idempotency': 1 },
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { method: 'POST' }, { method: 'PUT' });
    },
  },
  {
    intent: 'The same key with another query is refused.',
    peers: { 'express-idempotency': 1 },
    here: 'same',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges?n=1' }, { path: '/charges?n=2' });
    },
  },
  {
    intent: 'The query does not count.',
    peers: { '@nestarc/idempotency': 2 },
    here: 'different',
    note: 'it counts: an amount may be in it',
    check: async (start) => {
      await refusesSecond(start, {}, { path: '/charges' }, { path: '/charges?n=2' });
    },
  },
  {
    intent: 'Members of a JSON body in another order are the same body.',
    peers: { '@nestarc/idempotency': 3, 'Powertools for AWS Lambda': 3 },
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
    peers: { 'idempot-js': 3 },
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
    peers: {
      'hono-idempotency': 1,
      '@nestarc/idempotency': 4,
      'universal-idempotent-request': 1,
      'django-idempotency-key': 4,
    },
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
    peers: {
      '@nestarc/idempotency': 1,
      'universal-idempotent-request': 3,
      '@reaatech/idempotency-middleware': 2,
      'Powertools for AWS Lambda': 0,
    },
    here: 'option',
    note: "`fingerprintBody: () => ''`",
    check: async (start) => {
      await replays(start, { options: { fingerprintBody: () => '' } }, { body: 'a' }, { body: 'b' });
    },
  },
  {
    intent: 'When that function throws, nothing is stored and nothing is executed.',
    peers: { '@nestarc/idempotency': 1 },
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
    peers: {
      'idempot-js': 3,
      'hono-idempotency': 3,
      idempotency4j: 1,
      '@reaatech/idempotency-middleware': 1,
    },
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: undefined });
      await refusesSecond(start, {}, { body: undefined }, { body: { amount: 1 } });
    },
  },
  {
    intent: 'Bodies that are no JSON are compared.',
    peers: { 'idempot-js': 2, '@reaatech/idempotency-middleware': 1 },
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: 'amount 1' });
      await refusesSecond(start, {}, { body: 'amount 1' }, { body: 'amount 2' });
    },
  },
  {
    intent: 'Arrays are compared.',
    peers: { 'idempot-js': 1 },
    here: 'same',
    check: async (start) => {
      await replays(start, {}, { body: [1, 2] });
      await refusesSecond(start, {}, { body: [1, 2] }, { body: [2, 1] });
    },
  },
  {
    intent: 'Forms with files are compared.',
    peers: { IdempotentAPI: 1 },
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
    peers: { '@reaatech/idempotency-middleware': 7 },
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

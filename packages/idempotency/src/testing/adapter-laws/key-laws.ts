import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { assertRefusal, assertReplay, assertSameAnswer, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';
import { header } from './wire.ts';

const always = () => true;

/** Which requests are the same. */
export const keyLaws: readonly AdapterLaw[] = [
  {
    id: 'options-at-start',
    sentence: 'Every mistake in the options is thrown at start, before the first request.',
    concerns: always,
    run: async (subject) => {
      const mistaken = { leaseMs: -1, misspelled: true };
      await assert.rejects(
        withApp(subject, { options: mistaken }, () => Promise.resolve()),
        (error) =>
          error instanceof Error && /leaseMs/.test(error.message) && /misspelled/.test(error.message),
      );
    },
  },
  {
    id: 'concurrent-duplicates',
    sentence: 'Twenty concurrent duplicates of a request are executed once, and all get the same answer.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        app.work.before.close();
        const answers = Array.from({ length: 20 }, () => app.post('json', { key, body: '{"amount":1}' }));
        await app.work.before.arrival();
        await app.roundTrips();
        app.work.before.open();
        const [one, ...others] = await Promise.all(answers);
        assert.ok(one?.status === 201);
        for (const other of others) assertSameAnswer(other, one);
        const replays = [one, ...others].filter(
          (answer) => header(answer, 'idempotency-replayed') === 'true',
        );
        assert.deepEqual([replays.length, app.work.executions], [19, 1]);
      }),
  },
  {
    id: 'in-progress',
    sentence: 'A duplicate whose wait has ended gets 409 idempotency_in_progress with Retry-After.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { waitMs: 0 } }, async (app) => {
        const key = newKey();
        app.work.before.close();
        const first = app.post('json', { key });
        await app.work.before.arrival();
        const duplicate = await app.post('json', { key });
        assertRefusal(duplicate, 409, 'idempotency_in_progress');
        assert.ok(Number(header(duplicate, 'retry-after')) >= 1);
        app.work.before.open();
        assert.equal((await first).status, 201);
        assert.equal(app.work.executions, 1);
      }),
  },
  {
    id: 'conflict',
    sentence:
      'The same key with another method, path, query, If-Match, media type or body is a conflict, and is not executed; the answer has the id of the request.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, query: '?a=1&b=2', body: '{"amount":1}' });
        const same = { key, query: '?a=1&b=2', body: '{"amount":1}' };
        const others = [
          app.post('json', { ...same, query: '?a=1&b=3' }),
          app.post('json', { key, body: same.body }),
          app.post('json', { ...same, body: '{"amount":2}' }),
          app.post('json', { ...same, method: 'PUT' }),
          app.post('json', { ...same, headers: [['If-Match', '"1"']] }),
          app.post('text', same),
          app.post('json', { ...same, headers: [['Content-Type', 'text/plain']] }),
        ];
        for (const answer of await Promise.all(others)) assertRefusal(answer, 409, 'idempotency_conflict');
        const named = await app.post('text', { ...same, headers: [['X-Request-Id', 'request-42']] });
        assert.match(named.body.toString(), /"requestId":"request-42"/);
        assertReplay(await app.post('json', { ...same, query: '?b=2&a=1' }), first);
        assert.equal(app.work.executions, 1);
        const encoded = { key: newKey(), query: '?name=%FC' };
        const other = await app.post('json', encoded);
        assertRefusal(
          await app.post('json', { ...encoded, query: '?name=%E4' }),
          409,
          'idempotency_conflict',
        );
        assertReplay(await app.post('json', encoded), other);
      }),
  },
  {
    id: 'profile-ietf',
    sentence: 'With the profile of the IETF draft, a conflict is 422 with problem details.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { profile: 'ietf' } }, async (app) => {
        const key = newKey();
        await app.post('json', { key });
        const answer = await app.post('json', { key, query: '?a=1' });
        assert.deepEqual([answer.status, app.work.executions], [422, 1]);
        assert.match(header(answer, 'content-type') ?? '', /^application\/problem\+json/);
      }),
  },
  {
    id: 'bad-keys',
    sentence:
      'An empty key, an invalid key, a key that is too long, and two key headers are refused; nothing is executed.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        for (const key of [
          '',
          '""',
          'a,b',
          '"a',
          'a"b',
          'x'.repeat(256),
          ['a', 'b'],
          ['a', 'a'],
          ['', 'a'],
        ]) {
          assertRefusal(await app.post('json', { key }), 400, 'invalid_idempotency_key');
        }
        assert.equal(app.work.executions, 0);
      }),
  },
  {
    id: 'key-in-headers-alone',
    sentence:
      'A key in `headers` but not in `rawHeaders`, as serverless bridges pass it, protects its request.',
    // An app of the Fetch API has no other headers than those of its request.
    concerns: ({ addressBy }) => addressBy !== 'app',
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const bridged = (message: unknown) => forgetRawHeaders(message, app.port);
        subscribe('http.server.request.start', bridged);
        try {
          const key = newKey();
          const first = await app.post('json', { key, body: '{"amount":1}' });
          assertReplay(await app.post('json', { key, body: '{"amount":1}' }), first);
          assertRefusal(await app.post('json', { key, body: '{"amount":2}' }), 409, 'idempotency_conflict');
          assertRefusal(await app.post('json', { key: '' }), 400, 'invalid_idempotency_key');
          assert.equal(app.work.executions, 1);
        } finally {
          unsubscribe('http.server.request.start', bridged);
        }
      }),
  },
  {
    id: 'one-key-two-spellings',
    sentence:
      'The quoted and the bare spelling of the same characters are one key; an option requires the quoted one.',
    concerns: always,
    run: async (subject) => {
      await withApp(subject, {}, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key });
        assertReplay(await app.post('json', { key: `"${key}"` }), first);
        assert.equal(app.work.executions, 1);
      });
      await withApp(subject, { options: { keySpelling: 'structured' } }, async (app) => {
        const key = newKey();
        assertRefusal(await app.post('json', { key }), 400, 'invalid_idempotency_key');
        assert.equal((await app.post('json', { key: `"${key}"` })).status, 201);
        assert.equal(app.work.executions, 1);
      });
    },
  },
  {
    id: 'untouched-without-key',
    sentence:
      'A request without a key, and a GET with one, are executed each time; an option refuses a write without a key.',
    concerns: always,
    run: async (subject) => {
      await withApp(subject, {}, async (app) => {
        const key = newKey();
        for (const request of [{}, {}, { key, method: 'GET' }, { key, method: 'GET' }]) {
          const answer = await app.post('json', request);
          assert.deepEqual([answer.status, header(answer, 'idempotency-replayed')], [201, undefined]);
        }
        assert.equal(app.work.executions, 4);
        assert.deepEqual(new Set(app.work.operations), new Set([undefined]));
      });
      await withApp(subject, { options: { requireKey: true } }, async (app) => {
        assertRefusal(await app.post('json'), 400, 'idempotency_key_required');
        assert.equal((await app.post('json', { method: 'GET' })).status, 201);
        assert.equal(app.work.executions, 1);
      });
    },
  },
  {
    id: 'misspelled-key',
    sentence:
      'A write with `X-Idempotency-Key` but no `Idempotency-Key` is executed like one without a key, and reported once, to the observer and as a process warning.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const warned = Promise.withResolvers<Error>();
        process.once('warning', warned.resolve);
        const misspelled = { headers: [['X-Idempotency-Key', newKey()]] } as const;
        for (const _ of [1, 2]) assert.equal((await app.post('json', misspelled)).status, 201);
        assert.deepEqual([app.work.executions, app.warnings], [2, ['misspelled_key_header']]);
        assert.match(String(await warned.promise), /^IdempotencyWarning: .*X-Idempotency-Key/);
      }),
  },
  {
    id: 'route-by-route',
    sentence: 'A single route can be protected, and other routes are not affected.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { protect: 'route' }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, body: '{"amount":1}' });
        assertReplay(await app.post('json', { key, body: '{"amount":1}' }), first);
        await app.post('bare', { key, body: '{"amount":1}' });
        await app.post('bare', { key, body: '{"amount":1}' });
        assert.equal(app.work.executions, 3);
      }),
  },
  {
    id: 'operation-reaches-the-handler',
    sentence: 'The handler can access its operation: the key, a growing fencing token, and a signal.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const keys = [newKey(), newKey()];
        for (const key of keys) await app.post('json', { key });
        const [one, other] = app.work.operations;
        assert.deepEqual([one?.key, other?.key], keys);
        assert.ok(one !== undefined && other !== undefined && other.fencingToken > one.fencingToken);
        assert.equal(one.signal.aborted, false);
      }),
  },
];

/** Removes the raw headers from a request that a server on one of our ports has just read. */
function forgetRawHeaders(message: unknown, port: number): void {
  if (typeof message !== 'object' || message === null || !('request' in message)) return;
  const { request } = message;
  if (!(request instanceof IncomingMessage) || request.socket.localPort !== port) return;
  // Node creates `headers` from the raw ones when they are first read.
  Object.defineProperty(request, 'headers', { value: { ...request.headers } });
  request.rawHeaders.length = 0;
}

import assert from 'node:assert/strict';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';

const always = () => true;

/** Where an API has its keys, which form they have, and which requests are not protected. */
export const keyPlaceLaws: readonly AdapterLaw[] = [
  {
    id: 'key-in-another-header',
    sentence:
      'An option names another header for the key; `Idempotency-Key` is then not a key, and a request that has only that header is reported.',
    concerns: always,
    run: async (subject) => {
      const keyOf = { header: 'PayPal-Request-Id' };
      await withApp(subject, { options: { keyOf } }, async (app) => {
        const body = '{"amount":1}';
        const headers = [['PayPal-Request-Id', newKey()]] as const;
        const first = await app.post('json', { headers, body });
        assertReplay(await app.post('json', { headers, body }), first);
        assertRefusal(await app.post('json', { headers, body: '{}' }), 409, 'idempotency_conflict');
        const twice = [...headers, ...headers];
        assertRefusal(await app.post('json', { headers: twice, body }), 400, 'invalid_idempotency_key');
        assert.deepEqual([app.work.executions, app.warnings], [1, []]);
        const key = newKey();
        for (const _ of [1, 2]) assert.equal((await app.post('json', { key, body })).status, 201);
        assert.deepEqual([app.work.executions, app.warnings], [3, ['misspelled_key_header']]);
      });
      await withApp(subject, { options: { keyOf, requireKey: true } }, async (app) => {
        const refused = await app.post('json', { key: newKey() });
        assertRefusal(refused, 400, 'idempotency_key_required');
        assert.match(refused.body.toString(), /send the header PayPal-Request-Id/);
      });
    },
  },
  {
    id: 'key-in-the-body',
    sentence:
      'An option names a member of the JSON body for the key, with any media type; the handler still finds the whole body, and a key that is not a string is refused.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { keyOf: { body: ['meta', 'key'] } } }, async (app) => {
        const bodyOf = (key: unknown, amount = 1) => JSON.stringify({ amount, meta: { key } });
        const key = newKey();
        const first = await app.post('echo', { body: bodyOf(key) });
        assert.deepEqual(JSON.parse(first.body.toString()), { id: 1, body: { amount: 1, meta: { key } } });
        assertReplay(await app.post('echo', { body: bodyOf(key) }), first);
        assertRefusal(await app.post('echo', { body: bodyOf(key, 2) }), 409, 'idempotency_conflict');
        for (const none of ['', null, 7, 'zażółć']) {
          assertRefusal(await app.post('echo', { body: bodyOf(none) }), 400, 'invalid_idempotency_key');
        }
        assert.equal(app.work.executions, 1);
        for (const id of [2, 3]) {
          const answer = await app.post('echo', { body: '{"amount":1}' });
          assert.deepEqual(JSON.parse(answer.body.toString()), { id, body: { amount: 1 } });
        }
        assert.equal((await app.post('json')).status, 201);
        assert.equal(app.work.executions, 4);
        // `fetch` sends this type for a text, and a handler can still parse the body as JSON.
        const headers = [['Content-Type', 'text/plain;charset=UTF-8']] as const;
        const typed = { headers, body: bodyOf(newKey()) };
        const made = await app.post('json', typed);
        assertReplay(await app.post('json', typed), made);
        for (const _ of [1, 2])
          assert.equal((await app.post('json', { headers, body: 'no key' })).status, 201);
        assert.equal(app.work.executions, 7);
      }),
  },
  {
    id: 'key-by-a-function',
    sentence:
      'A function of the request returns the key; a promise is awaited, and a request for which it returns neither a string nor `undefined` fails without an execution.',
    concerns: always,
    run: async (subject) => {
      let key: unknown = newKey();
      // As JavaScript passes it, not checked by a compiler.
      const keyOf = () => Promise.resolve(key as string | undefined);
      await withApp(subject, { options: { keyOf } }, async (app) => {
        const first = await app.post('echo', { body: '{"amount":1}' });
        assertReplay(await app.post('echo', { body: '{"amount":1}' }), first);
        assertRefusal(await app.post('echo', { body: '{}' }), 409, 'idempotency_conflict');
        for (key of [null, 7, {}, Promise.resolve(7)]) {
          assert.equal((await app.post('echo', { body: '{"amount":1}' })).status, 500);
        }
        assert.equal(app.work.executions, 1);
        key = undefined;
        for (const _ of [1, 2]) assert.equal((await app.post('echo', { body: '{}' })).status, 200);
        assert.equal(app.work.executions, 3);
      });
    },
  },
  {
    id: 'key-of-another-form',
    sentence:
      'Options limit the length and the form of keys; a request with another key is refused, and not executed.',
    concerns: always,
    run: (subject) =>
      withApp(
        subject,
        { options: { keyLengthMin: 8, keyLengthMax: 12, keyPattern: /^[a-z]+$/ } },
        async (app) => {
          for (const key of ['a'.repeat(7), 'a'.repeat(13), 'A'.repeat(8)]) {
            assertRefusal(await app.post('json', { key }), 400, 'invalid_idempotency_key');
          }
          assert.equal(app.work.executions, 0);
          for (const key of ['a'.repeat(8), 'a'.repeat(12)]) {
            assert.equal((await app.post('json', { key })).status, 201);
          }
        },
      ),
  },
  {
    id: 'skipped',
    sentence:
      'A request that an option skips is executed each time, with or without a key, even if a key is required; a promise is awaited.',
    concerns: always,
    run: async (subject) => {
      let skip: unknown = true;
      // As JavaScript passes it, not checked by a compiler.
      const options = { requireKey: true, skip: () => Promise.resolve(skip as boolean) };
      await withApp(subject, { options }, async (app) => {
        const key = newKey();
        for (const request of [{ key }, { key }, {}]) {
          assert.equal((await app.post('json', request)).status, 201);
        }
        assert.deepEqual(app.work.operations, [undefined, undefined, undefined]);
        skip = undefined;
        assert.equal((await app.post('json', { key })).status, 500);
        skip = false;
        assertRefusal(await app.post('json'), 400, 'idempotency_key_required');
        assert.equal(app.work.executions, 3);
      });
    },
  },
];

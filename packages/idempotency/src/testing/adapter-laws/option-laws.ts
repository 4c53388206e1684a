import assert from 'node:assert/strict';
import type { Operation } from '../../core/operation.ts';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';
import { header, json } from './wire.ts';

const always = () => true;

/** How options change answers, refusals and events. */
export const optionLaws: readonly AdapterLaw[] = [
  {
    id: 'own-refusals',
    sentence:
      'A function renders refusals in the form of the application, with the status and the headers of the profile; if it fails, the refusal has the form of the profile.',
    concerns: always,
    run: async (subject) => {
      let fails = false;
      const requests: unknown[] = [];
      const options = {
        waitMs: 0,
        renderRefusal: ({ code, message, request }: { code: string; message: string; request: unknown }) => {
          if (fails) throw new Error('no form');
          requests.push(request);
          return { body: { fault: code, why: message }, contentType: 'application/vnd.fault+json' };
        },
      };
      await withApp(subject, { options }, async (app) => {
        const key = newKey();
        app.work.before.close();
        const first = app.post('json', { key });
        await app.work.before.arrival();
        const refused = await app.post('json', { key });
        const shown = json(refused);
        assert.ok(typeof shown === 'object' && shown !== null && 'fault' in shown);
        assert.deepEqual([refused.status, shown.fault], [409, 'idempotency_in_progress']);
        assert.equal(header(refused, 'content-type'), 'application/vnd.fault+json');
        assert.ok(Number(header(refused, 'retry-after')) >= 1);
        assert.equal(typeof requests[0], 'object');
        fails = true;
        assertRefusal(await app.post('json', { key }), 409, 'idempotency_in_progress');
        assert.deepEqual(app.warnings, ['refusal_not_rendered']);
        app.work.before.open();
        assert.equal((await first).status, 201);
      });
    },
  },
  {
    id: 'key-echoed',
    sentence:
      'If the options say so, first answers, replays and refusals have the key in the header in which it came; without a key they have no such header.',
    concerns: always,
    run: async (subject) => {
      const options = { keyOf: { header: 'Request-Key' }, echoKey: true, keepHeaders: ['request-*'] };
      await withApp(subject, { options }, async (app) => {
        for (const way of ['json', 'stream', 'empty', 'no-content'] as const) {
          const headers = [['Request-Key', newKey()]] as const;
          const first = await app.post(way, { headers });
          const replay = await app.post(way, { headers });
          assertReplay(replay, first);
          const conflict = await app.post(way, { headers, query: '?a=1' });
          assert.equal(conflict.status, 409);
          for (const answer of [first, replay, conflict]) {
            assert.equal(header(answer, 'request-key'), headers[0][1], way);
          }
        }
        const quoted = [['Request-Key', '"a,\\"b"']] as const;
        assert.equal(header(await app.post('json', { headers: quoted }), 'request-key'), '"a,\\"b"');
        assert.equal(header(await app.post('json'), 'request-key'), undefined);
      });
    },
  },
  {
    id: 'headers-by-name',
    sentence:
      'A replay also has the headers that the options name in full or by a prefix, but never those of a single exchange.',
    concerns: always,
    run: async (subject) => {
      const names = [[], ['X-Charge-Id'], ['x-charge-*'], ['*']];
      for (const [at, keepHeaders] of names.entries()) {
        await withApp(subject, { options: { keepHeaders } }, async (app) => {
          const key = newKey();
          const first = await app.post('json', { key });
          const replay = await app.post('json', { key });
          assertReplay(replay, first);
          assert.equal(header(first, 'x-charge-id'), '1');
          assert.equal(header(replay, 'x-charge-id'), at === 0 ? undefined : '1', keepHeaders.join());
          assert.equal(header(replay, 'set-cookie'), undefined, keepHeaders.join());
          assert.notEqual(header(replay, 'x-request-id'), 'handler-1', keepHeaders.join());
        });
      }
    },
  },
  {
    id: 'keys-per-endpoint',
    sentence: 'If an option is set, the same key at another path or method is another operation.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { keysPer: 'endpoint' } }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key });
        assert.equal((await app.post('text', { key })).status, 200);
        assert.equal((await app.post('json', { key, method: 'PUT' })).status, 201);
        assertReplay(await app.post('json', { key }), first);
        assertRefusal(await app.post('json', { key, query: '?a=1' }), 409, 'idempotency_conflict');
        assert.equal(app.work.executions, 3);
      }),
  },
  {
    id: 'ignored-members',
    sentence: 'Members of a JSON body that an option names are not compared; all others are.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { ignoreMembers: ['sentAt', ['meta', 'trace']] } }, async (app) => {
        const key = newKey();
        const bodyOf = (sentAt: number, meta: unknown) => JSON.stringify({ amount: 1, sentAt, meta });
        const first = await app.post('echo', { key, body: bodyOf(1, { trace: 'a', to: 'alice' }) });
        assertReplay(await app.post('echo', { key, body: bodyOf(2, { trace: 'b', to: 'alice' }) }), first);
        const other = await app.post('echo', { key, body: bodyOf(1, { trace: 'a', to: 'bob' }) });
        assertRefusal(other, 409, 'idempotency_conflict');
      }),
  },
  {
    id: 'compared-headers',
    sentence: 'Headers that an option names are compared; no others are.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { compareHeaders: ['X-Account'] } }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, headers: [['X-Account', 'a']] });
        const same = [['x-account', 'a'] as const, ['x-trace', '2'] as const];
        assertReplay(await app.post('json', { key, headers: same }), first);
        for (const headers of [[['X-Account', 'b'] as const], []]) {
          assertRefusal(await app.post('json', { key, headers }), 409, 'idempotency_conflict');
        }
      }),
  },
  {
    id: 'failed-work-again',
    sentence: 'If an option is set, an answer from 400 to 499 leaves its key free: the retry is executed.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { onClientError: 'free' } }, async (app) => {
        const key = newKey();
        app.work.status = 422;
        for (const _ of [1, 2]) assert.equal((await app.post('status', { key })).status, 422);
        app.work.status = 200;
        const first = await app.post('status', { key });
        assertReplay(await app.post('status', { key }), first);
        assert.equal(app.work.executions, 3);
      }),
  },
  {
    id: 'handler-decides',
    sentence: 'With any answer, a handler can free its key, or declare that the outcome is unknown.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const answered = async (key: string, decide: (operation: Operation | undefined) => void) => {
          const at = app.work.executions;
          app.work.before.close();
          const answer = app.post('json', { key });
          await app.work.before.arrival(at + 1);
          decide(app.work.operations[at]);
          app.work.before.open();
          assert.equal((await answer).status, 201);
        };
        const [free, unknown] = [newKey(), newKey()];
        await answered(free, (operation) => operation?.release());
        await app.ended(1);
        const second = await app.post('json', { key: free });
        assertReplay(await app.post('json', { key: free }), second);
        await answered(unknown, (operation) => operation?.unknown());
        await app.ended(3);
        assertRefusal(await app.post('json', { key: unknown }), 409, 'idempotency_outcome_unknown');
        assert.deepEqual(app.outcomes, ['released', 'completed', 'abandoned']);
        assert.equal(app.work.executions, 3);
      }),
  },
  {
    id: 'request-id-of-the-app',
    sentence:
      'A refusal has the request id from the application, not the one from the client; without one, that of the client.',
    concerns: always,
    run: async (subject) => {
      const key = newKey();
      const sent = { key, headers: [['X-Request-Id', 'of-the-client']] } as const;
      const ids: unknown[] = [];
      for (const requestId of ['app:7/a=', undefined]) {
        await withApp(subject, { requestId }, async (app) => {
          await app.post('json', sent);
          const refusal = await app.post('text', sent);
          assertRefusal(refusal, 409, 'idempotency_conflict');
          ids.push(memberOf(refusal, 'requestId'));
        });
      }
      assert.deepEqual(ids, ['app:7/a=', 'of-the-client']);
    },
  },
  {
    id: 'request-in-events',
    sentence: 'An observer receives the request that an event is about.',
    concerns: always,
    run: async (subject) => {
      const seen: string[] = [];
      const observer = ({ kind }: { kind: string }, request?: unknown) => {
        seen.push(`${kind} ${typeof request}`);
      };
      await withApp(subject, { options: { observer } }, async (app) => {
        const key = newKey();
        await app.post('json', { key });
        await app.post('json', { key });
        await app.post('text', { key });
        await app.post('json', { key: '' });
        assert.deepEqual(seen, [
          'execution_started object',
          'execution_ended object',
          'replayed object',
          'refused object',
          'refused object',
        ]);
      });
    },
  },
  {
    id: 'profile-acp',
    sentence:
      'With the ACP profile every POST needs a key, a conflict is 422, a replay has `Idempotent-Replayed`, and the key is echoed.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { profile: 'acp' } }, async (app) => {
        const key = newKey();
        const missing = await app.post('json');
        assert.deepEqual([missing.status, codeOf(missing)], [400, 'idempotency_key_required']);
        await app.post('json', { key, body: '{"amount":1}' });
        const replay = await app.post('json', { key, body: '{"amount":1.0}' });
        assert.deepEqual(
          [header(replay, 'idempotent-replayed'), header(replay, 'idempotency-key')],
          ['true', key],
        );
        const conflict = await app.post('json', { key, body: '{"amount":2}' });
        assert.deepEqual([conflict.status, codeOf(conflict)], [422, 'idempotency_conflict']);
        assert.equal(app.work.executions, 1);
      }),
  },
  {
    id: 'profile-ucp',
    sentence:
      'With the UCP profile a key has at least 22 characters, a refusal has `code` and `content`, a conflict is 409, and a replay has `Idempotency-Replayed`.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { profile: 'ucp', retentionMs: 172_800_000 } }, async (app) => {
        const short = await app.post('json', { key: 'a'.repeat(21) });
        assert.deepEqual([short.status, codeOf(short)], [400, 'invalid_idempotency_key']);
        const key = 'a'.repeat(22);
        const first = await app.post('json', { key, body: '{"amount":1}' });
        assertReplay(await app.post('json', { key, body: '{"amount":1.0}' }), first);
        const conflict = await app.post('json', { key, body: '{"amount":2}' });
        assert.deepEqual([conflict.status, codeOf(conflict)], [409, 'idempotency_conflict']);
        assert.match(conflict.body.toString(), /"content":"this Idempotency-Key was used/);
        assert.equal((await app.post('json')).status, 201);
        assert.equal(app.work.executions, 2);
      }),
  },
  {
    id: 'profile-adcp',
    sentence:
      'With the AdCP profile the key is a member of the body, only successes are kept, and a replay has the member `replayed`.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { profile: 'adcp' } }, async (app) => {
        const key = newKey();
        const bodyOf = (context: string, budget = 1) =>
          JSON.stringify({ idempotency_key: key, context, budget });
        const first = await app.post('echo', { body: bodyOf('first') });
        const replay = await app.post('echo', { body: bodyOf('second') });
        assert.equal(header(replay, 'idempotency-replayed'), 'true');
        assert.equal(replay.body.toString(), first.body.toString().replace(/\}$/, ',"replayed":true}'));
        const conflict = await app.post('echo', { body: bodyOf('third', 2) });
        assert.match(conflict.body.toString(), /"adcp_error":\{"code":"IDEMPOTENCY_CONFLICT"/);
        assert.match((await app.post('echo', { body: '{}' })).body.toString(), /"INVALID_REQUEST"/);
        assert.equal(app.work.executions, 1);
      }),
  },
];

function codeOf(answer: Parameters<typeof json>[0]): unknown {
  return memberOf(answer, 'code');
}

function memberOf(answer: Parameters<typeof json>[0], name: string): unknown {
  const body = json(answer);
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

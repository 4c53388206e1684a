import assert from 'node:assert/strict';
import type { IdempotencyOptions } from '../../core/options.ts';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw, AdapterSubject, AnswerWay } from './subject.ts';
import { header, type WireAnswer } from './wire.ts';
import type { LawWork } from './work.ts';

const always = () => true;

type Check = (work: LawWork, answer: WireAnswer) => void;

const streamed: Check = (work, answer) => {
  assert.equal(answer.status, 200);
  assert.deepEqual(Uint8Array.from(answer.body), Uint8Array.from(work.streamed(1)));
};

const headWritten: Check = (work, answer) => {
  assert.deepEqual([answer.status, answer.body.toString()], [201, work.text(1)]);
  assert.equal(header(answer, 'location'), '/charges/1');
  assert.match(header(answer, 'content-type') ?? '', /^text\/plain/);
};

/** The ways whose answers are stored: a description, and the expected answer. */
const remembered: readonly (readonly [way: AnswerWay, what: string, check: Check])[] = [
  [
    'json',
    'JSON',
    (work, answer) => {
      assert.equal(answer.status, 201);
      assert.equal(header(answer, 'location'), '/charges/1');
      assert.match(header(answer, 'content-type') ?? '', /^application\/json/);
      assert.equal(answer.body.toString(), JSON.stringify(work.json(1)));
    },
  ],
  [
    'text',
    'text',
    (work, answer) => {
      assert.deepEqual([answer.status, answer.body.toString()], [200, work.text(1)]);
      assert.match(header(answer, 'content-type') ?? '', /^text\/plain; ?charset=utf-8$/i);
    },
  ],
  [
    'bytes',
    'bytes of every value',
    (work, answer) => {
      assert.deepEqual(Uint8Array.from(answer.body), work.bytes(1));
      assert.equal(header(answer, 'content-type'), 'application/octet-stream');
    },
  ],
  ['stream', 'a stream', streamed],
  ['response', 'a Response with a stream', streamed],
  ['writes', 'several writes', streamed],
  [
    'large',
    'some hundred thousand bytes',
    (work, answer) => assert.equal(answer.body.toString(), work.large(1)),
  ],
  ['empty', 'no bytes', (_work, answer) => assert.deepEqual([answer.status, answer.body.length], [200, 0])],
  [
    'no-content',
    'status 204 and no body',
    (_work, answer) => {
      assert.deepEqual([answer.status, answer.body.length], [204, 0]);
      assert.equal(header(answer, 'content-length'), undefined);
    },
  ],
  ['refused', 'an error of the framework below 500', (_work, answer) => assert.equal(answer.status, 422)],
  [
    'end',
    'only an `end` call',
    (work, answer) => assert.deepEqual([answer.status, answer.body.toString()], [202, work.text(1)]),
  ],
  ['write-head', '`writeHead` and `end`', headWritten],
  ['hijack', 'a response taken over from the framework', headWritten],
  ['file', 'a file', (_work, answer) => assert.ok(answer.status === 200 && answer.body.length > 65_536)],
];

function isReplayed([way, what, check]: (typeof remembered)[number]): AdapterLaw {
  return {
    id: `replay-${way}`,
    sentence: `An answer with ${what} reaches the client unchanged, is made once, and is replayed byte for byte with the same status and representation headers.`,
    concerns: ({ ways }) => isCommon(way) || ways.some((own) => own === way),
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        const first = await app.post(way, { key });
        check(app.work, first);
        assertReplay(await app.post(way, { key }), first);
        assertReplay(await app.post(way, { key }), first);
        assert.equal(app.work.executions, 1);
      }),
  };
}

function isCommon(way: AnswerWay): boolean {
  return !['response', 'writes', 'end', 'write-head', 'hijack', 'file'].includes(way);
}

function isForgotten(status: number): AdapterLaw {
  return {
    id: `not-remembered-${status}`,
    sentence: `An answer ${status} is not remembered: the retry is executed.`,
    concerns: () => true,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        app.work.status = status;
        const key = newKey();
        const first = await app.post('status', { key });
        assert.equal(first.status, status);
        app.work.status = 200;
        const second = await app.post('status', { key });
        assert.deepEqual(
          [second.status, header(second, 'idempotency-replayed'), app.work.executions],
          [200, undefined, 2],
        );
        assertReplay(await app.post('status', { key }), second);
      }),
  };
}

const endsBrokenStreams = (subject: AdapterSubject) => subject.endsBrokenStreams !== false;

/** What is sent, stored and replayed. */
export const answerLaws: readonly AdapterLaw[] = [
  ...remembered.map(isReplayed),
  ...[500, 503, 401, 402, 403, 408, 413, 415, 421, 425, 429].map(isForgotten),
  {
    id: 'remembered-422',
    sentence: 'An error of the handler below 500 is remembered like any other answer.',
    concerns: () => true,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        app.work.status = 422;
        const key = newKey();
        const first = await app.post('status', { key });
        assert.deepEqual([first.status, first.body.toString()], [422, JSON.stringify(app.work.json(1))]);
        assertReplay(await app.post('status', { key }), first);
        assert.equal(app.work.executions, 1);
      }),
  },
  {
    id: 'should-store-decides',
    sentence:
      '`shouldStore` decides from the status, headers and body of an answer whether it is remembered.',
    concerns: () => true,
    run: (subject) => {
      const bodies: unknown[] = [];
      const shouldStore: IdempotencyOptions['shouldStore'] = ({ status, body }) => {
        bodies.push(body);
        return status !== 201;
      };
      return withApp(subject, { options: { shouldStore } }, async (app) => {
        app.work.status = 503;
        const [kept, freed] = [newKey(), newKey()];
        const first = await app.post('status', { key: kept });
        assertReplay(await app.post('status', { key: kept }), first);
        const second = await app.post('json', { key: freed });
        await app.post('json', { key: freed });
        assert.equal(app.work.executions, 3);
        assert.ok(bodies.includes(first.body.toString()) && bodies.includes(second.body.toString()));
      });
    },
  },
  {
    id: 'on-server-error',
    sentence:
      'An option decides what happens to the key after an answer of 500 or above: a retry is executed, gets that answer, or learns that the outcome is unknown.',
    concerns: always,
    run: async (subject) => {
      const post = async (onServerError: 'free' | 'keep' | 'unknown', check: (retry: WireAnswer) => void) => {
        await withApp(subject, { options: { onServerError } }, async (app) => {
          app.work.status = 503;
          const key = newKey();
          assert.equal((await app.post('status', { key })).status, 503);
          app.work.status = 200;
          check(await app.post('status', { key }));
          assert.equal(app.work.executions, onServerError === 'free' ? 2 : 1);
        });
      };
      await post('free', (retry) => assert.equal(retry.status, 200));
      await post('keep', (retry) => assert.equal(header(retry, 'idempotency-replayed'), 'true'));
      await post('unknown', (retry) => assertRefusal(retry, 409, 'idempotency_outcome_unknown'));
    },
  },
  {
    id: 'thrown-is-not-remembered',
    sentence: 'An error that the handler throws is answered by the framework, and the retry is executed.',
    concerns: () => true,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        for (const executions of [1, 2]) {
          const answer = await app.post('thrown', { key });
          assert.deepEqual([answer.status, app.work.executions], [500, executions]);
        }
        assert.deepEqual(app.outcomes, ['released', 'released']);
      }),
  },
  {
    id: 'own-headers-of-each-answer',
    sentence: 'Set-Cookie, Date and X-Request-Id of the first answer are never replayed.',
    concerns: () => true,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key });
        assert.equal(header(first, 'set-cookie'), 'session=1');
        assert.equal(header(first, 'x-request-id'), 'handler-1');
        const replay = await app.post('json', { key });
        assert.equal(header(replay, 'set-cookie'), undefined);
        assert.equal(header(replay, 'x-request-id'), undefined);
      }),
  },
  {
    id: 'broken-answer-is-abandoned',
    sentence:
      'An answer that breaks off is not stored: no retry gets a part of it, and the outcome is reported as unknown.',
    concerns: endsBrokenStreams,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        app.work.breaksStreams = true;
        const key = newKey();
        const answer = await app.post('stream', { key }).catch(() => undefined);
        assert.ok(answer === undefined || answer.status >= 500, `${answer?.status} ${answer?.body}`);
        await app.ended(1);
        assert.deepEqual(app.outcomes, ['abandoned']);
        const retry = await app.post('stream', { key });
        assert.deepEqual([retry.status, app.work.executions], [409, 1]);
      }),
  },
  {
    id: 'answer-too-large',
    sentence:
      'The client gets all of an answer over `answerBytesMax`, and the answer is not stored: the retry gets 410, and nothing is executed twice.',
    concerns: () => true,
    run: (subject) =>
      withApp(subject, { options: { answerBytesMax: 1000 } }, async (app) => {
        for (const way of ['large', 'stream'] as const) {
          const key = newKey();
          const before = app.work.executions;
          app.work.largeBytes = 1001;
          const large = await app.post(way, { key });
          assert.equal(large.status, 200, `${large.status} ${large.body}`);
          const whole = way === 'large' ? app.work.large(before + 1) : app.work.streamed(before + 1);
          assert.deepEqual(large.body, Buffer.from(whole));
          assertCode(await app.post(way, { key }), 410, 'idempotency_key_expired');
          assert.equal(app.work.executions, before + 1);
        }
        app.work.largeBytes = 1000;
        const key = newKey();
        const whole = await app.post('large', { key });
        assert.equal(whole.body.length, 1000);
        assertReplay(await app.post('large', { key }), whole);
      }),
  },
  {
    id: 'large-answer-breaks-off',
    sentence:
      'If an answer over `answerBytesMax` breaks off, its key stays taken: the retry learns that the outcome is unknown.',
    concerns: endsBrokenStreams,
    run: (subject) =>
      withApp(subject, { options: { answerBytesMax: 10 } }, async (app) => {
        app.work.breaksStreams = true;
        const key = newKey();
        const answer = await app.post('stream', { key }).catch(() => undefined);
        assert.ok(answer === undefined || answer.status >= 500 || answer.body.length < 100);
        await app.ended(1);
        assertRefusal(await app.post('stream', { key }), 409, 'idempotency_outcome_unknown');
        assert.equal(app.work.executions, 1);
      }),
  },
];

function assertCode(answer: WireAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, `${answer.status} ${answer.body}`);
  assert.match(answer.body.toString(), new RegExp(`"error":"${code}"`));
}

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { memoryStore } from '../../stores/memory.ts';
import { assertRefusal, boundVerbs, newKey, type RunningApp, withApp } from './law-app.ts';
import type { AdapterLaw, AdapterSubject } from './subject.ts';
import { header } from './wire.ts';

const always = () => true;

type StreamWay = 'stream' | 'response' | 'writes';

/** The ways of a subject that make an answer piece by piece. */
function streamWays({ ways }: AdapterSubject): readonly StreamWay[] {
  return ['stream', ...(['response', 'writes'] as const).filter((way) => ways.includes(way))];
}

/** An answer that is read while it is made. */
interface ReadAnswer {
  readonly first: Promise<Buffer>;
  /** all of it; rejects if it breaks off */
  readonly whole: Promise<Buffer>;
  leave(): void;
}

function read(app: RunningApp, way: StreamWay, key: string): ReadAnswer {
  const first = Promise.withResolvers<Buffer>();
  const whole = Promise.withResolvers<Buffer>();
  const headers = { 'Idempotency-Key': key, 'Content-Length': '0' };
  const outgoing = request({ host: '127.0.0.1', port: app.port, method: 'POST', path: `/${way}`, headers });
  outgoing.on('error', whole.reject);
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      first.resolve(chunk);
    });
    incoming.on('error', whole.reject);
    incoming.on('end', () => whole.resolve(Buffer.concat(chunks)));
  });
  outgoing.end();
  // If a law lets a client leave, nothing awaits this promise.
  whole.promise.catch(() => undefined);
  return { first: first.promise, whole: whole.promise, leave: () => outgoing.destroy() };
}

/** What happens to answers that are sent to the client while they are made, because their handler asks for it. */
export const streamLaws: readonly AdapterLaw[] = [
  {
    id: 'stream-goes-through',
    sentence:
      'If its handler says so, an answer reaches the client while it is made; a duplicate at that time is in progress, and a later one gets the whole answer.',
    concerns: always,
    run: async (subject) => {
      for (const way of streamWays(subject)) {
        await withApp(subject, { options: { waitMs: 0 } }, async (app) => {
          app.work.streams = true;
          app.work.middle.close();
          const key = newKey();
          const answer = read(app, way, key);
          assert.equal((await answer.first).toString('latin1'), first19(app), way);
          assertRefusal(await app.post(way, { key }), 409, 'idempotency_in_progress');
          app.work.middle.open();
          const whole = Buffer.from(app.work.streamed(1));
          assert.deepEqual(await answer.whole, whole, way);
          const replay = await app.post(way, { key });
          assert.equal(header(replay, 'idempotency-replayed'), 'true');
          assert.deepEqual(replay.body, whole, way);
          assert.equal(app.work.executions, 1);
        });
      }
    },
  },
  {
    id: 'stream-outlives-its-client',
    sentence:
      'If a client disconnects in the middle of such an answer, the answer is still recorded to its end, and a retry gets all of it.',
    concerns: always,
    run: async (subject) => {
      for (const way of streamWays(subject)) {
        await withApp(subject, {}, async (app) => {
          app.work.streams = true;
          app.work.middle.close();
          const key = newKey();
          const answer = read(app, way, key);
          await answer.first;
          answer.leave();
          await app.roundTrips();
          app.work.middle.open();
          await app.ended(1);
          const replay = await app.post(way, { key });
          assert.deepEqual(replay.body, Buffer.from(app.work.streamed(1)), way);
          assert.deepEqual([app.work.executions, app.outcomes], [1, ['completed']]);
        });
      }
    },
  },
  {
    id: 'stream-breaks-off',
    sentence:
      'If such an answer breaks off, it also breaks off for its client, and its outcome is unknown: the request is not executed again.',
    concerns: ({ endsBrokenStreams }) => endsBrokenStreams !== false,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        app.work.streams = true;
        app.work.breaksStreams = true;
        const key = newKey();
        await assert.rejects(read(app, 'stream', key).whole);
        await app.ended(1);
        assertRefusal(await app.post('stream', { key }), 409, 'idempotency_outcome_unknown');
        assert.deepEqual([app.work.executions, app.outcomes], [1, ['abandoned']]);
      }),
  },
  {
    id: 'stream-not-stored',
    sentence:
      'If such an answer could not be stored, it breaks off for its client, and the request is not executed again.',
    concerns: always,
    run: async (subject) => {
      const complete = () => Promise.reject(new Error('no connection'));
      const store = { ...boundVerbs(memoryStore()), complete };
      for (const way of streamWays(subject)) {
        await withApp(subject, { options: { store, waitMs: 0 } }, async (app) => {
          app.work.streams = true;
          const key = newKey();
          await assert.rejects(read(app, way, key).whole, way);
          await app.ended(1);
          assertRefusal(await app.post(way, { key }), 409, 'idempotency_in_progress');
          assert.equal(app.work.executions, 1);
        });
      }
    },
  },
  {
    id: 'stream-over-the-bound',
    sentence:
      'If such an answer is over `answerBytesMax`, the client gets all of it, and it is not stored: the retry gets 410, and nothing is executed twice.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { answerBytesMax: 100 } }, async (app) => {
        app.work.streams = true;
        const key = newKey();
        assert.deepEqual(await read(app, 'stream', key).whole, Buffer.from(app.work.streamed(1)));
        assertRefusal(await app.post('stream', { key }), 410, 'idempotency_key_expired');
        assert.equal(app.work.executions, 1);
      }),
  },
];

/** The first chunk of the stream of the first execution. */
function first19(app: RunningApp): string {
  return Buffer.from(app.work.streamed(1)).subarray(0, 19).toString('latin1');
}

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import type { IdempotencyStore } from '../../core/store.ts';
import { memoryStore } from '../../stores/memory.ts';
import { Gate } from './gate.ts';
import { boundVerbs, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';
import { header, json, onTheWire, send, write } from './wire.ts';

const always = () => true;

/** What happens if clients hang up, and that other connections stay usable. */
export const connectionLaws: readonly AdapterLaw[] = [
  {
    id: 'hang-up-while-executing',
    sentence: 'A client that hangs up does not abort the operation, and its retry gets the answer.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const ways = ['json', 'stream', 'large', ...subject.ways] as const;
        for (const [at, way] of ways.entries()) {
          const key = newKey();
          app.work.before.close();
          const socket = await app.begin(way, { key, body: '{"amount":1}' });
          await app.work.before.arrival(2 * at + 1);
          socket.resetAndDestroy();
          await app.roundTrips();
          app.work.before.open();
          await app.ended(2 * at + 1);
          const retry = await app.post(way, { key, body: '{"amount":1}' });
          assert.equal(
            retry.status,
            (await app.post(way, { key: newKey(), body: '{"amount":1}' })).status,
            way,
          );
          assert.deepEqual([app.outcomes[2 * at], app.work.executions], ['completed', 2 * at + 2], way);
          assert.equal(header(retry, 'idempotency-replayed'), 'true');
        }
      }),
  },
  {
    id: 'hang-up-in-the-answer',
    sentence: 'If a client hangs up in the middle of a streamed answer, the whole answer is still stored.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        app.work.middle.close();
        const socket = await app.begin('stream', { key });
        await app.work.middle.arrival();
        socket.destroy();
        await app.roundTrips();
        app.work.middle.open();
        await app.ended(1);
        const retry = await app.post('stream', { key });
        assert.deepEqual(Uint8Array.from(retry.body), Uint8Array.from(app.work.streamed(1)));
        assert.deepEqual([header(retry, 'idempotency-replayed'), app.work.executions], ['true', 1]);
      }),
  },
  {
    id: 'hang-up-before-executing',
    sentence:
      'If a client hangs up while its key is being claimed, the request is executed once, and its retry gets the answer to the whole body.',
    concerns: always,
    run: async (subject) => {
      const gate = new Gate();
      const memory = memoryStore();
      const store: IdempotencyStore = {
        ...boundVerbs(memory),
        claim: async (slot, request) => {
          await gate.pass();
          return memory.claim(slot, request);
        },
      };
      const bodyParser = subject.bodyParsers.at(-1) ?? 'none';
      await withApp(subject, { bodyParser, options: { store } }, async (app) => {
        for (const way of ['echo', 'stream'] as const) {
          const key = newKey();
          const executions = app.work.executions + 1;
          const claims = gate.arrivals + 1;
          gate.close();
          const socket = await app.begin(way, { key, body: '{"amount":1}' });
          await gate.arrival(claims);
          socket.resetAndDestroy();
          await app.roundTrips();
          gate.open();
          const retry = await app.post(way, { key, body: '{"amount":1}' });
          const whole = { id: executions, body: { amount: 1 } };
          if (way === 'echo') assert.deepEqual(json(retry), whole);
          else assert.deepEqual(Uint8Array.from(retry.body), Uint8Array.from(app.work.streamed(executions)));
          assert.equal(app.work.executions, executions);
        }
      });
    },
  },
  {
    id: 'reset-right-after-sending',
    sentence:
      'The connections of fifty requests are reset right after sending: each retry is answered, and no request is executed twice.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const keys = Array.from({ length: 50 }, newKey);
        const reset = async (key: string) => {
          (await app.begin('json', { key, body: `{"key":"${key}"}` })).resetAndDestroy();
        };
        await Promise.all(keys.map(reset));
        const retry = (key: string) => app.post('json', { key, body: `{"key":"${key}"}` });
        const answers = await Promise.all(keys.map(retry));
        for (const answer of answers) assert.equal(answer.status, 201, answer.body.toString());
        assert.equal(app.work.executions, keys.length);
      }),
  },
  {
    id: 'half-a-body',
    sentence: 'A request with an incomplete body is not executed, and its key is free.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const key = newKey();
        const body = '{"amount":123456789}';
        const whole = onTheWire(app.port, {
          path: '/echo',
          headers: [
            ['Idempotency-Key', key],
            ['Content-Type', 'application/json'],
          ],
          body,
        });
        const socket = await write(app.port, whole.slice(0, -10));
        await app.roundTrips();
        socket.destroy();
        await app.roundTrips();
        assert.equal(app.work.executions, 0);
        const answer = await app.post('echo', { key, body });
        assert.deepEqual(json(answer), { id: 1, body: { amount: 123_456_789 } });
        assert.equal(header(answer, 'idempotency-replayed'), undefined);
      }),
  },
  {
    id: 'connection-stays-usable',
    sentence:
      'One connection carries first answers, replays, conflicts and requests without a key, one after the other.',
    concerns: always,
    run: (subject) =>
      withApp(subject, {}, async (app) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        const statuses: number[] = [];
        const ports = new Set<string | undefined>();
        agent.on('free', (socket: { readonly localPort?: number }) => ports.add(`${socket.localPort}`));
        const key = newKey();
        for (const [path, keyed] of [
          ['/json', true],
          ['/json', true],
          ['/json?a=1', true],
          ['/json', false],
          ['/json', true],
          ['/no-content', false],
        ] as const) {
          const text = ['Content-Type', 'text/plain'] as const;
          const headers = keyed ? [text, ['Idempotency-Key', key] as const] : [text];
          const answer = await send(app.port, { path, headers, body: 'x' }, agent);
          statuses.push(answer.status);
        }
        agent.destroy();
        assert.deepEqual(statuses, [201, 201, 409, 201, 201, 204]);
        assert.equal(ports.size, 1);
        assert.equal(app.work.executions, 3);
      }),
  },
];

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPageWorker } from '../../test/harness/page-worker.ts';
import { completion, request, slotOf } from '../../test/harness/store-cases.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import { startUpstash, type TestUpstash } from '../../test/harness/upstash.ts';
import { startWorker, type TestWorker } from '../../test/harness/workerd.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { d1Ddl, d1Store, durableObjectStore } from './cloudflare.ts';

const engines = [
  { name: 'd1Store on D1', path: '/d1' },
  { name: 'durableObjectStore on a Durable Object', path: '/object' },
];

describe('stores of Cloudflare, on workerd', () => {
  let upstash: TestUpstash;
  let worker: TestWorker;
  before(async () => {
    upstash = await startUpstash();
    worker = await startWorker({ UPSTASH_URL: upstash.url, UPSTASH_TOKEN: upstash.token });
  });
  after(() => Promise.all([worker.stop(), upstash.stop()]));

  for (const { name, path } of engines) {
    const call = async (verb: string, values: readonly unknown[], more: object = {}) => {
      const { status, text } = await worker.fetch(`${path}/call`, {
        body: JSON.stringify({ verb, values, ...more }),
      });
      assert.equal(status, 200, text);
      return JSON.parse(text);
    };
    const run = async (sql: string) => {
      const { status, text } = await worker.fetch(`${path}/run`, { body: sql });
      assert.equal(status, 200, text);
      return JSON.parse(text)[0];
    };

    describe(name, () => {
      for (const law of storeLaws) {
        test(`${law.id}: ${law.sentence}`, async () => {
          assert.deepEqual(await worker.fetch(`${path}/laws/${law.id}`), {
            status: 200,
            text: '"kept"',
            isReplay: false,
          });
        });
      }

      test('a handler in a Worker is executed once for 20 simultaneous requests, and replayed afterwards', async () => {
        const send = () => worker.fetch(`${path}/charge`, { body: '{"amount":1}', key: 'charge-1' });
        const answers = await Promise.all(Array.from({ length: 20 }, send));
        const [again] = await Promise.all([send()]);
        for (const { status, text } of [...answers, again])
          assert.deepEqual([status, text], [201, '{"count":1}']);
        assert.equal(answers.filter(({ isReplay }) => !isReplay).length, 1);
        assert.equal(again.isReplay, true);
        assert.deepEqual(await run('SELECT count(*) AS count FROM charges'), [{ count: 1 }]);
      });

      test('records survive the end of the runtime', async () => {
        const slot = slotOf(path, 'kept');
        const { fencingToken } = await call('claim', [slot, request]);
        assert.equal(await call('complete', [slot, fencingToken, completion]), true);
        await worker.restart();
        const { record } = await call('inspect', [slot]);
        assert.deepEqual([record.kind, record.answer.response], ['completed', completion.answer]);
        const { fencingToken: next } = await call('claim', [slotOf(path, 'later'), request]);
        assert.ok(next > fencingToken);
      });

      test('an answer that a row cannot hold becomes a tombstone that keeps its location', async () => {
        for (const [length, kind] of [
          [1_890_000, 'kept'],
          [1_900_001, 'gone'],
          [5_000_000, 'gone'],
        ] as const) {
          const slot = slotOf(path, length);
          const { fencingToken } = await call('claim', [slot, request]);
          const large = { ...completion, answer: `200\n\n${'x'.repeat(length - 5)}`, location: '/1' };
          assert.equal(await call('complete', [slot, fencingToken, large]), true);
          const { record } = await call('inspect', [slot]);
          assert.deepEqual([record.kind, record.answer.kind, record.location], ['completed', kind, '/1']);
        }
      });

      test('a text with a zero character or half a surrogate pair is returned with its bytes on the wire', async () => {
        for (const answer of ['200\n\na\0b', '200\n\n\ud83d']) {
          const slot = slotOf(path, answer);
          const { fencingToken } = await call('claim', [slot, request]);
          await call('complete', [slot, fencingToken, { ...completion, answer }]);
          const { record } = await call('inspect', [slot]);
          assert.deepEqual(record.answer.response.data, [...Buffer.from(answer)]);
        }
      });

      test('a sweep removes expired answers and keys whose retention is over, but none under an active lease', async () => {
        const tablePrefix = 'swept_';
        const at = (nowMs: number) => ({ nowMs, tablePrefix });
        for (let key = 0; key < 3; key++) {
          const { fencingToken } = await call('claim', [slotOf('s', key), request], at(1000));
          if (key < 2) await call('complete', [slotOf('s', key), fencingToken, completion], at(1000));
        }
        await call('claim', [slotOf('s', 3), { ...request, leaseMs: 100_000 }], at(1000));
        assert.deepEqual(await call('sweep', [], at(1000)), { expired: 0, forgotten: 0 });
        const answersEnd = 1000 + completion.answerTtlMs;
        assert.deepEqual(await call('sweep', [], at(answersEnd)), { expired: 2, forgotten: 0 });
        const end = 1000 + request.retentionMs;
        assert.deepEqual(await call('sweep', [], at(end - 1)), { expired: 0, forgotten: 0 });
        assert.deepEqual(await call('sweep', [], at(end)), { expired: 0, forgotten: 3 });
        const left = await run('SELECT count(*) AS count FROM swept_records');
        assert.deepEqual(left, [{ count: 1 }]);
      });

      test('a claim that finds a record writes nothing', async () => {
        const slot = slotOf(path, 'found');
        await call('claim', [slot, request], { tablePrefix: 'found_' });
        const before = await run('SELECT last_token AS last FROM found_fencing');
        assert.equal((await call('claim', [slot, request], { tablePrefix: 'found_' })).kind, 'found');
        assert.deepEqual(await run('SELECT last_token AS last FROM found_fencing'), before);
      });
    });
  }

  for (const { id, sentence } of storeLaws) {
    test(`upstashStore in a Worker, ${id}: ${sentence}`, async () => {
      assert.equal((await worker.fetch(`/upstash/${id}`)).text, '"kept"');
    });
  }

  test('the printed statements create the tables of a D1 store', async () => {
    const statements = d1Ddl({ tablePrefix: 'printed_' }).split(';\n');
    for (const sql of statements) if (sql !== '') await worker.fetch('/d1/run', { body: sql });
    const { text } = await worker.fetch('/d1/run', { body: 'SELECT version FROM printed_migrations' });
    assert.deepEqual(JSON.parse(text), [[{ version: 1 }]]);
  });
});

for (const file of ['d1-worker.js', 'object-worker.js']) {
  test(`${file}, as its page has it, executes a charge once, replays it, and refuses another one`, async (t) => {
    const worker = await startPageWorker('docs/how-to/idempotency/choose-a-store.md', file);
    t.after(() => worker.stop());
    const charged = { status: 201, text: '{"charge":1}' };
    assert.deepEqual(await worker.charge('{"amount":1}'), { ...charged, isReplay: false });
    assert.deepEqual(await worker.charge('{"amount":1}'), { ...charged, isReplay: true });
    assert.equal((await worker.charge('{"amount":2}')).status, 409);
  });
}

test('mistakes in the options of the stores of Cloudflare are found at start', () => {
  const database = { prepare: () => ({ bind: () => 1 }), batch: async () => [] };
  const namespace = { idFromName: () => 1, get: () => ({ idempotency: async () => [] }) };
  for (const tablePrefix of ['', '1st', 'a b', 'sqlite_', '_cf_', 'x'.repeat(64)]) {
    assert.throws(() => d1Store({ database, tablePrefix }), RangeError);
    assert.throws(() => durableObjectStore({ namespace, tablePrefix }), RangeError);
    assert.throws(() => d1Ddl({ tablePrefix }), RangeError);
  }
  const session = { ...database, getBookmark: () => null };
  // @ts-expect-error: a session
  assert.throws(() => d1Store({ database: session }), TypeError);
  // @ts-expect-error: no database
  assert.throws(() => d1Store({}), TypeError);
  // @ts-expect-error: no namespace
  assert.throws(() => durableObjectStore({ namespace: database }), TypeError);
});

checkClaims(import.meta.url);

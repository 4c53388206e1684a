import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from '@upstash/redis';
import { pageStore } from '../../test/harness/page-store.ts';
import {
  claimFree,
  claimTogether,
  someClaim,
  someCompletion,
  someSlot,
} from '../../test/harness/some-claim.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import { startUpstash, type TestUpstash } from '../../test/harness/upstash.ts';
import { InvalidOptionsError } from '../core/invalid-options.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type UpstashStoreOptions, upstashStore } from './redis-upstash.ts';

describe('upstashStore, on Redis through the REST API of Upstash', () => {
  let upstash: TestUpstash;
  before(async () => {
    upstash = await startUpstash(['--maxmemory-policy', 'noeviction']);
  });
  after(() => upstash.stop());
  const open = (options: Partial<UpstashStoreOptions> = {}) => {
    const { url, token } = upstash;
    return upstashStore({ url, token, timeoutMs: 60_000, ...options });
  };

  for (const law of storeLaws) {
    test(`${law.id}: ${law.sentence}`, async () => {
      const clock = new ManualClock();
      await law.run({
        store: open({ nowMs: () => clock.nowMs() }),
        clock,
        openByServerClock: () => open(),
        async openAtToken(lastToken) {
          const prefix = `${crypto.randomUUID()}:`;
          await upstash.redis.set(`${prefix}fencing-token`, lastToken);
          return open({ prefix });
        },
      });
    });
  }

  const works = pageStore('docs/how-to/idempotency/choose-a-store.md', 'upstash.js');
  test('the store of the page on stores works', () =>
    works({ UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: upstash.token }));

  test('the client of Upstash works with the server that replaces Upstash in these tests', async () => {
    const { url, token } = upstash;
    const client = new Redis({
      url,
      token,
      enableTelemetry: false,
      enableAutoPipelining: false,
      retry: false,
    });
    assert.equal(await client.set('täglich', { at: 'Łódź' }), 'OK');
    assert.deepEqual(await client.get('täglich'), { at: 'Łódź' });
    assert.deepEqual(await client.eval('return {KEYS[1], ARGV[1], 7}', ['k'], ['v']), ['k', 'v', 7]);
    await assert.rejects(client.evalsha('0'.repeat(40), [], []), /NOSCRIPT/);
  });

  test('of 50 claims of one slot by two stores exactly one takes the lease', async () => {
    const claims = await claimTogether(50, [open(), open()], someSlot());
    assert.equal(claims.filter((claim) => claim?.kind === 'claimed').length, 1);
    assert.equal(claims.filter((claim) => claim?.kind === 'found').length, 49);
  });

  test('an existing record costs one request; a server without the scripts receives them', async () => {
    const store = open();
    const slot = someSlot();
    await upstash.redis.script('FLUSH');
    await claimFree(store, slot);
    const before = upstash.commands.length;
    assert.equal((await store.claim(slot, someClaim())).kind, 'found');
    assert.deepEqual(
      upstash.commands.slice(before).map(([name]) => name),
      ['EVALSHA'],
    );
  });

  test('an answer that begins like the mark of bytes, and all 256 bytes, are returned unchanged', async () => {
    const store = open();
    const bytes = Uint8Array.from({ length: 512 }, (_, at) => at % 256).subarray(100);
    for (const answer of ['\u0000base64:AAAA', 'half a pair: \ud83d', bytes]) {
      const slot = someSlot();
      await store.complete(slot, await claimFree(store, slot), someCompletion({ answer }));
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.deepEqual(Buffer.from(record.answer.response), Buffer.from(answer));
    }
  });

  test('an answer that no request can hold becomes a tombstone that keeps its location', async () => {
    const store = open();
    for (const [answer, kind] of [
      ['x'.repeat(9_499_998), 'kept'],
      ['x'.repeat(9_499_999), 'gone'],
      [new Uint8Array(7_200_000), 'gone'],
    ] as const) {
      const slot = someSlot();
      const completion = someCompletion({ answer, location: '/1' });
      assert.equal(await store.complete(slot, await claimFree(store, slot), completion), true);
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed');
      assert.deepEqual([record.answer.kind, record.location], [kind, '/1']);
    }
  });

  test('a full server refuses new keys; a wrong token and a broken answer reject without showing a token', async () => {
    const slot = someSlot();
    const { token } = upstash;
    await assert.rejects(
      async () => await open({ token: 'wrong-token' }).claim(slot, someClaim()),
      (error: Error) => error.message.includes('WRONGPASS') && !error.message.includes('wrong-token'),
    );
    const answers = [
      { status: 502, body: '<html>' },
      { status: 200, body: '[]' },
      { status: 200, body: '{"result":["claimed"' },
      { status: 302, body: '{"result":null}' },
    ];
    for (const answer of answers) {
      upstash.answerInstead(answer);
      await assert.rejects(
        async () => await open().claim(slot, someClaim()),
        (error: Error) => !error.message.includes(token),
      );
    }
    upstash.answerInstead({ status: 400, body: '{"error":"OOM command not allowed"}' });
    assert.deepEqual(await open().claim(slot, someClaim()), { kind: 'full' });
    upstash.answerInstead(undefined);
    assert.equal(await open().inspect(slot), undefined);
  });

  test('a verb rejects if the server does not answer in time, or is gone', async () => {
    const hanging: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    await assert.rejects(async () => await open({ fetch: hanging, timeoutMs: 1 }).inspect(someSlot()), {
      name: 'TimeoutError',
    });
    await assert.rejects(async () => await open({ url: 'http://127.0.0.1:1' }).inspect(someSlot()));
  });
});

test('mistakes in the options of upstashStore are found at start, all of them at once', () => {
  const wrong = { url: 'redis://x', token: '', prefix: '{', timeoutMs: 0 };
  assert.throws(
    () => upstashStore(wrong),
    ({ faults }: InvalidOptionsError) => faults.length === 4,
  );
  for (const url of ['', 'https://user:secret@x', 'https://x/?_token=1', 'https://x/#1']) {
    assert.throws(() => upstashStore({ url, token: 't' }), InvalidOptionsError);
  }
  upstashStore({ url: 'https://eu1-x.upstash.io', token: 't' });
});

checkClaims(import.meta.url);

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { parseIdempotencyKey } from '../core/idempotency-key.ts';
import { uuidV7TimeMs } from '../core/uuid-v7.ts';
import type { IdempotentFetchOptions } from './fetch-options.ts';
import { createIdempotentFetch, idempotencyKeyOf } from './idempotent-fetch.ts';
import { newUuidV7 } from './new-uuid-v7.ts';
import { spellKey } from './operation-key.ts';
import { systemRandomSource } from './random-source.ts';
import { answer, scriptedServer } from './test/scripted-server.ts';

async function start(t: TestContext, options: IdempotentFetchOptions = {}) {
  return { ...(await scriptedServer(t, answer(201))), idempotentFetch: createIdempotentFetch(options) };
}

test('a key from the caller is used, as an option or as a header', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  const byOption = await idempotentFetch(url, { method: 'POST', idempotencyKey: 'order-1' });
  const byHeader = await idempotentFetch(url, {
    method: 'POST',
    headers: { 'Idempotency-Key': '"order-2"' },
  });
  const byRequest = await idempotentFetch(
    new Request(url, { method: 'POST', headers: { 'Idempotency-Key': 'order-3' } }),
  );
  assert.deepEqual(
    seen.map(({ key }) => key),
    ['order-1', '"order-2"', 'order-3'],
  );
  assert.deepEqual([byOption, byHeader, byRequest].map(idempotencyKeyOf), ['order-1', 'order-2', 'order-3']);
});

test('a key is sent as a string of RFC 9651 if an option asks for it', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, { keySpelling: 'structured' });
  await idempotentFetch(url, { method: 'POST', idempotencyKey: 'a"b\\c,d' });
  const made = await idempotentFetch(url, { method: 'POST' });
  assert.equal(seen[0]?.key, '"a\\"b\\\\c,d"');
  assert.equal(seen[1]?.key, `"${idempotencyKeyOf(made)}"`);
});

test('a key that the server would read differently is refused before anything is sent', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  const wrong = { code: 'invalid_idempotency_key', attempts: 0 };
  for (const idempotencyKey of ['', 'a b', 'a,b', '"a"', 'ä', 'x'.repeat(256), 'a\nb']) {
    await assert.rejects(idempotentFetch(url, { method: 'POST', idempotencyKey }), wrong);
  }
  for (const header of ['', '"a', 'a,b']) {
    const init = { method: 'POST', headers: { 'idempotency-key': header } };
    await assert.rejects(idempotentFetch(url, init), wrong);
  }
  const two = { method: 'POST', idempotencyKey: 'a', headers: { 'idempotency-key': 'b' } };
  await assert.rejects(idempotentFetch(url, two), wrong);
  assert.equal(seen.length, 0);
});

test('every key that can be sent is read unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), fc.boolean(), (key, isStructured) => {
      const keySpelling = isStructured ? 'structured' : 'bare';
      try {
        const { fieldValue } = spellKey(key, { keySpelling });
        assert.deepEqual(parseIdempotencyKey([fieldValue]), { kind: 'valid', key });
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'invalid_idempotency_key');
        // Visible ASCII up to the longest key can always be sent in quotes.
        assert.ok(!isStructured || !/^[\x21-\x7e]{1,255}$/.test(key));
      }
    }),
  );
});

test('a UUIDv7 has its time, its version, its variant, and otherwise the bytes that were drawn', () => {
  // RFC 9562, appendix A.6, whose random part is 0xCC3 and 0x18C4DC0C0C07398F.
  const drawn = new Uint8Array([0xfc, 0xc3, 0xd8, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  const uuid = newUuidV7({ nowMs: () => 1_645_557_742_000 }, () => drawn);
  assert.equal(uuid, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('every generated UUIDv7 is valid, for all random bytes', () => {
  const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(anyTime, fc.uint8Array({ minLength: 10, maxLength: 10 }), (timeMs, drawn) => {
      assert.equal(uuidV7TimeMs(newUuidV7({ nowMs: () => timeMs }, () => drawn)), timeMs);
    }),
  );
  const many = Array.from({ length: 1000 }, () => newUuidV7({ nowMs: () => 0 }, systemRandomSource));
  assert.equal(new Set(many).size, many.length);
});

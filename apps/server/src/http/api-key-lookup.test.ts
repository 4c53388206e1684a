import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './api-error.ts';
import { ApiKeyLookup } from './api-key-lookup.ts';

function lookup(unknownPerMinuteMax = 1_000_000, currentForMs = 0) {
  const clock = { nowMs: 0 };
  const made = new Set<string>();
  const looked: string[] = [];
  const find = async (digest: string) => {
    looked.push(digest);
    return made.has(digest) ? 'key' : undefined;
  };
  const keys = new ApiKeyLookup(find, { unknownPerMinuteMax, currentForMs, nowMs: () => clock.nowMs });
  return { keys, clock, made, looked };
}

const here = '192.0.2.1';
const elsewhere = '192.0.2.2';
const isRateLimited = (error: unknown) => error instanceof ApiError && error.code === 'rate_limited';

test('a wrong key is refused from memory until it is created here, or for 2 s if it was created elsewhere', async () => {
  const { keys, clock, made, looked } = lookup();
  for (let times = 0; times < 100; times++) assert.equal(await keys.byDigest('wrong', here), undefined);
  assert.equal(looked.length, 1);
  made.add('wrong');
  clock.nowMs = 1_999;
  assert.equal(await keys.byDigest('wrong', here), undefined, 'made by another instance a moment ago');
  clock.nowMs = 2_000;
  assert.ok(await keys.byDigest('wrong', here));
  assert.equal(await keys.byDigest('other', here), undefined);
  made.add('other');
  keys.forget();
  assert.ok(await keys.byDigest('other', here), 'made by this instance');
});

test('a key that is created during its look-up is not remembered as wrong', async () => {
  let answer = (_: undefined): void => undefined;
  const slow = new Promise<undefined>((resolve) => {
    answer = resolve;
  });
  let looks = 0;
  const keys = new ApiKeyLookup(
    async () => {
      looks += 1;
      return await slow;
    },
    { unknownPerMinuteMax: 10, currentForMs: 0, nowMs: () => 0 },
  );
  const early = keys.byDigest('made', here);
  keys.forget();
  answer(undefined);
  await early;
  await keys.byDigest('made', here);
  assert.equal(looks, 2, 'it is looked for again');
});

test('a right key is looked up again after its time, and at once after this instance has changed a key', async () => {
  const { keys, clock, made, looked } = lookup(10, 1_000);
  made.add('right');
  for (let times = 0; times < 100; times++) assert.ok(await keys.byDigest('right', here));
  assert.equal(looked.length, 1);
  clock.nowMs = 999;
  assert.ok(await keys.byDigest('right', elsewhere));
  assert.equal(looked.length, 1);
  clock.nowMs = 1_000;
  assert.ok(await keys.byDigest('right', here));
  assert.equal(looked.length, 2);
  made.delete('right');
  keys.forget();
  assert.equal(await keys.byDigest('right', here), undefined, 'it was revoked');
});

test('a key that is revoked during its look-up is looked up again', async () => {
  let answer = (_: string): void => undefined;
  const slow = new Promise<string>((resolve) => {
    answer = resolve;
  });
  let looks = 0;
  const find = async () => {
    looks += 1;
    return looks === 1 ? await slow : undefined;
  };
  const keys = new ApiKeyLookup(find, { unknownPerMinuteMax: 10, currentForMs: 1_000, nowMs: () => 0 });
  const early = keys.byDigest('right', here);
  keys.forget();
  answer('key');
  assert.equal(await early, 'key', 'it was right when the look-up began');
  assert.equal(await keys.byDigest('right', here), undefined);
});

test('an address that sends many wrong keys is refused without a look-up, and holders of valid keys are not', async () => {
  const { keys, clock, made, looked } = lookup(3);
  made.add('right');
  assert.ok(await keys.byDigest('right', here));
  const guesses = Array.from({ length: 50 }, (_, number) => keys.byDigest(`guess-${number}`, here));
  const refused = (await Promise.allSettled(guesses)).filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 47, 'also when all of them come at once');
  assert.equal(looked.length, 4);
  assert.ok(await keys.byDigest('right', here), 'a key that was recognized');
  assert.equal(await keys.byDigest('guess-50', elsewhere), undefined, 'another address');
  await assert.rejects(keys.byDigest('guess-51', here), isRateLimited);
  clock.nowMs = 59_999;
  await assert.rejects(keys.byDigest('guess-52', here), isRateLimited);
  clock.nowMs = 60_000;
  assert.equal(await keys.byDigest('guess-53', here), undefined);
});

test('no matter how many keys are sent, a bounded number is remembered', async () => {
  const { keys, looked } = lookup();
  for (let number = 0; number < 10_001; number++) await keys.byDigest(`guess-${number}`, here);
  assert.equal(looked.length, 10_001);
  await keys.byDigest('guess-10000', here);
  assert.equal(looked.length, 10_001);
  await keys.byDigest('guess-0', here);
  assert.equal(looked.length, 10_002, 'the oldest was forgotten');
});

test('any number of requests with the same key share one look-up, and are not guesses', async () => {
  let looks = 0;
  let answer = (_: string): void => undefined;
  const slow = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const find = async (digest: string) => {
    looks += 1;
    return digest === 'right' ? await slow : undefined;
  };
  const keys = new ApiKeyLookup(find, { unknownPerMinuteMax: 3, currentForMs: 0, nowMs: () => 0 });
  const requests = Array.from({ length: 300 }, () => keys.byDigest('right', here));
  assert.equal(looks, 1);
  answer('key');
  assert.deepEqual(new Set(await Promise.all(requests)), new Set(['key']));
  for (const guess of ['a', 'b', 'c']) assert.equal(await keys.byDigest(guess, here), undefined);
  await assert.rejects(keys.byDigest('d', here), isRateLimited);
});

test('the look-ups of an address are limited, and further ones are refused as overloaded until those have ended', async () => {
  const never = new Promise<undefined>(() => undefined);
  const keys = new ApiKeyLookup(async () => await never, {
    unknownPerMinuteMax: 3,
    currentForMs: 0,
    nowMs: () => 0,
  });
  for (const guess of ['a', 'b', 'c']) keys.byDigest(guess, here).catch(() => undefined);
  await assert.rejects(
    keys.byDigest('d', here),
    (error) => error instanceof ApiError && error.code === 'overloaded',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMs, retryAfterMs } from './back-off.ts';

const delays = fc.record({
  baseDelayMs: fc.integer({ min: 0, max: 100_000 }),
  maxDelayMs: fc.integer({ min: 0, max: 100_000 }),
});
const fourBytes = fc.uint8Array({ minLength: 4, maxLength: 4 });

test('a wait is between what the server asks for and a limit that doubles with each attempt', () => {
  const anyTry = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(delays, anyTry, fc.nat(200_000), fourBytes, (delay, tried, askedMs, drawn) => {
      const waitMs = backOffMs(delay, tried, askedMs, () => drawn);
      const boundMs =
        delay.baseDelayMs === 0 ? 0 : Math.min(delay.maxDelayMs, delay.baseDelayMs * 2 ** (tried - 1));
      assert.ok(Number.isSafeInteger(waitMs));
      assert.ok(waitMs >= askedMs);
      assert.ok(waitMs <= Math.max(askedMs, boundMs));
    }),
  );
});

test('a wait can have any length up to its limit', () => {
  const waitOf = (drawn: readonly number[], tried: number) =>
    backOffMs({ baseDelayMs: 200, maxDelayMs: 20_000 }, tried, 0, () => new Uint8Array(drawn));
  assert.equal(waitOf([0, 0, 0, 0], 3), 0);
  assert.equal(waitOf([128, 0, 0, 0], 1), 100);
  assert.equal(waitOf([128, 0, 0, 0], 3), 400);
  assert.equal(waitOf([255, 255, 255, 255], 3), 799);
  assert.equal(waitOf([255, 255, 255, 255], 100), 19_999);
});

const nowMs = Date.UTC(2026, 0, 1);

test('Retry-After is read in seconds and in each form of an HTTP date (RFC 9110, section 5.6.7)', (t) => {
  const zone = process.env['TZ'];
  t.after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  process.env['TZ'] = 'Asia/Tokyo';
  const read = (value: string) => retryAfterMs(new Headers({ 'retry-after': value }), nowMs);
  assert.equal(read('120'), 120_000);
  assert.equal(read(' 0 '), 0);
  assert.equal(read('Thu, 01 Jan 2026 00:02:00 GMT'), 120_000);
  assert.equal(read('Thursday, 01-Jan-26 00:02:00 GMT'), 120_000);
  assert.equal(read('Thu Jan  1 00:02:00 2026'), 120_000);
  assert.equal(read('Wed, 31 Dec 2025 23:59:59 GMT'), 0);
  for (const nothing of [
    '',
    '-5',
    '1.5',
    '1e3',
    'soon',
    'Monday 2040',
    'Fri, 32 Foo 2026 25:61:61 GMT',
    '2026-01-01T00:02:00Z',
  ]) {
    assert.equal(read(nothing), 0, nothing);
  }
});

test('a date in Retry-After is relative to the Date of the answer, so our clock may be wrong', () => {
  const headers = new Headers({
    'retry-after': 'Sun, 01 Mar 2026 00:02:00 GMT',
    date: 'Sun, 01 Mar 2026 00:00:00 GMT',
  });
  assert.equal(retryAfterMs(headers, nowMs), 120_000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFetchOptions, type IdempotentFetchOptions } from './fetch-options.ts';
import { createIdempotentFetch } from './idempotent-fetch.ts';
import type { Journal } from './journal.ts';

/** Options as an untyped program may pass them. */
function given(options: object): IdempotentFetchOptions {
  return options;
}

test('all mistakes in the options are reported at once', () => {
  const options = given({
    retries: 3,
    deadlineMs: 0,
    attemptsMax: 1.5,
    baseDelayMs: -1,
    maxDelayMs: '20',
    maxRetryAfterMs: -1,
    onRetry: 'log',
    attemptTimeoutMs: 2 ** 31,
    keySpelling: 'quoted',
    operationsEnd: 'never',
    fetch: 'fetch',
    random: 1,
    journal: { begin: () => {} },
    clock: {},
  });
  assert.throws(
    () => createIdempotentFetch(options),
    (error) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'invalid_options');
      const named = [
        'there is no option retries',
        'deadlineMs must be a whole number',
        'attemptsMax must be',
        'baseDelayMs must be',
        'maxDelayMs must be',
        'maxRetryAfterMs must be',
        'onRetry must be a function',
        'attemptTimeoutMs must be',
        'keySpelling must be bare or structured',
        'operationsEnd must be on_answer or by_caller',
        'fetch must be a function',
        'random must be a function',
        'journal has no end, pending',
        'clock has no nowMs, sleep',
      ];
      for (const fault of named) assert.match(error.message, new RegExp(fault));
      return true;
    },
  );
});

test('the defaults are the documented ones', () => {
  const { deadlineMs, attemptTimeoutMs, attemptsMax, baseDelayMs, maxDelayMs, bodyBytesMax, answerBytesMax } =
    checkFetchOptions({});
  assert.deepEqual(
    [deadlineMs, attemptTimeoutMs, attemptsMax, baseDelayMs, maxDelayMs, bodyBytesMax, answerBytesMax],
    [120_000, 30_000, 10, 200, 20_000, 8 * 2 ** 20, 2 ** 20],
  );
});

test('a mistake in one call is refused before anything is sent', async () => {
  const journal: Journal = {
    begin: async (_operation, entry) => entry,
    end: async () => {},
    pending: async () => [],
  };
  const fetch = () => Promise.reject(new Error('something was sent'));
  const wrong = { code: 'invalid_options', attempts: 0 };
  const withJournal = createIdempotentFetch({ journal, fetch });
  const url = 'http://127.0.0.1/';
  for (const operation of ['', 'x'.repeat(257), '\ud800']) {
    await assert.rejects(withJournal(url, { method: 'POST', operation }), wrong);
  }
  await assert.rejects(withJournal(url, { operation: 'a read' }), wrong);
  await assert.rejects(withJournal(url, { deadlineMs: 0 }), wrong);
  await assert.rejects(createIdempotentFetch({ fetch })(url, { method: 'POST', operation: 'a' }), wrong);
});

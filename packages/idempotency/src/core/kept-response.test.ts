import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepHeaders } from './kept-response.ts';

test('headers that describe the representation are kept, in order; those of a single exchange are not', () => {
  const sent = [
    ['Content-Type', 'application/json'],
    ['Set-Cookie', 'session=1'],
    ['Location', '/entries/1'],
    ['Date', 'Mon, 23 Nov 2026 12:00:00 GMT'],
    ['X-Request-Id', 'r1'],
    ['ETag', '"1"'],
    ['Connection', 'keep-alive'],
    ['Content-Length', '2'],
  ] as const;
  assert.deepEqual(keepHeaders(sent), [
    ['content-type', 'application/json'],
    ['location', '/entries/1'],
    ['etag', '"1"'],
  ]);
});

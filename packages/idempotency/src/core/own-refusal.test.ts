import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OwnRefusal, ownRefusal, type ToldRefusal } from './own-refusal.ts';
import { refusalMessage, refusalTitle } from './refusal.ts';

const standard = {
  status: 409,
  headers: [
    ['content-type', 'application/problem+json'],
    ['retry-after', '1'],
  ],
  body: '{}',
} as const;
const refusal = { code: 'idempotency_conflict' } as const;
const context = { requestId: 'id', accept: 'text/html', documentationUrl: undefined };

/** The answer if the application renders a refusal so. */
function answerTo(own: unknown) {
  return ownRefusal(() => own as OwnRefusal, refusal, standard, context, 'request');
}

test('the application receives everything about a refusal', () => {
  const told: ToldRefusal[] = [];
  const render = (one: ToldRefusal) => {
    told.push(one);
    return { body: {} };
  };
  ownRefusal(render, refusal, standard, context, 'request');
  assert.deepEqual(told, [
    {
      code: 'idempotency_conflict',
      status: 409,
      title: refusalTitle(refusal, undefined),
      message: refusalMessage(refusal, undefined),
      requestId: 'id',
      accept: 'text/html',
      refusal,
      request: 'request',
    },
  ]);
});

test('a refusal keeps the status and the headers of the profile unless the application sets others', () => {
  assert.deepEqual(answerTo({ body: { error: 1 } }), {
    status: 409,
    headers: [
      ['content-type', 'application/json'],
      ['retry-after', '1'],
    ],
    body: '{"error":1}',
  });
  const own = {
    status: 422,
    contentType: 'text/plain',
    headers: [
      ['Retry-After', 9],
      ['X-Mine', 'a'],
    ],
    body: 'text',
  };
  assert.deepEqual(answerTo(own), {
    status: 422,
    headers: [
      ['content-type', 'text/plain'],
      ['retry-after', '9'],
      ['x-mine', 'a'],
    ],
    body: 'text',
  });
  const bytes = new Uint8Array([1]);
  assert.equal(answerTo({ contentType: 'image/png', body: bytes })?.body, bytes);
});

test('a refusal that is not one is left to the profile', () => {
  for (const status of [399, 600, 400.5, '409']) assert.equal(answerTo({ body: {}, status }), undefined);
  for (const status of [400, 599]) assert.equal(answerTo({ body: {}, status })?.status, status);
  for (const body of ['text', new Uint8Array(1)]) assert.equal(answerTo({ body }), undefined);
  for (const own of [undefined, null, { body: undefined }, { body: () => 1 }, { body: {}, contentType: 7 }]) {
    assert.equal(answerTo(own), undefined);
  }
  const thrown = ownRefusal(
    () => {
      throw new Error('a fault of the application');
    },
    refusal,
    standard,
    context,
    'request',
  );
  assert.equal(thrown, undefined);
});

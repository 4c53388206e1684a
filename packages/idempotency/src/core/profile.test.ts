import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { test } from 'node:test';
import { type ProfileName, profiles } from './profile.ts';
import { type Refusal, refusalCodes } from './refusal.ts';

const context = { requestId: 'r-1', accept: undefined, documentationUrl: undefined };

/** One refusal of each code. */
const refusals: readonly Refusal[] = [
  { code: 'idempotency_key_required' },
  { code: 'invalid_idempotency_key', reason: 'the key is empty' },
  { code: 'idempotency_key_in_future', serverTimeMs: 0 },
  { code: 'idempotency_conflict' },
  { code: 'idempotency_in_progress', retryAfterMs: 1500 },
  { code: 'idempotency_outcome_unknown', cause: 'abandoned' },
  { code: 'idempotency_key_expired', firstSeenAtMs: 0, location: '/x' },
  { code: 'payload_too_large', bytesMax: 10 },
  { code: 'http2_unsupported' },
  { code: 'caller_unknown' },
  { code: 'store_unavailable' },
  { code: 'store_full' },
  { code: 'not_completed' },
];

function rendered(name: ProfileName, refusal: Refusal, more = {}) {
  const { status, headers, body } = profiles[name].render(refusal, { ...context, ...more });
  return { status, headers: Object.fromEntries(headers), body: JSON.parse(String(body)) };
}

test('every refusal has a code, a sentence and the request id, in every profile', () => {
  assert.deepEqual(refusals.map(({ code }) => code).toSorted(), Object.keys(refusalCodes).toSorted());
  for (const refusal of refusals) {
    const plain = rendered('default', refusal);
    assert.equal(plain.status, refusalCodes[refusal.code].status);
    assert.deepEqual([plain.body.error, plain.body.requestId], [refusal.code, 'r-1']);
    assert.ok(plain.body.message.length > 20);
    const problem = rendered('ietf', refusal);
    assert.equal(problem.headers['content-type'], 'application/problem+json');
    assert.deepEqual(
      [problem.body.status, problem.body.code, problem.body.requestId],
      [problem.status, refusal.code, 'r-1'],
    );
    const stripe = rendered('stripe', refusal);
    assert.ok(typeof stripe.body.error.type === 'string' && stripe.body.error.message.length > 20);
  }
});

test('the ietf profile: 400 for no key, 409 in progress, 422 for another request, and a link to the documentation', () => {
  const documentationUrl = 'https://api.example/idempotency';
  const statusOf = (refusal: Refusal) => rendered('ietf', refusal).status;
  assert.equal(statusOf({ code: 'idempotency_key_required' }), 400);
  assert.equal(statusOf({ code: 'idempotency_in_progress', retryAfterMs: 1 }), 409);
  assert.equal(statusOf({ code: 'idempotency_conflict' }), 422);
  const { headers, body } = rendered('ietf', { code: 'idempotency_conflict' }, { documentationUrl });
  assert.equal(headers['link'], `<${documentationUrl}>; rel="describedby"; type="text/html"`);
  assert.equal(body.type, `${documentationUrl}#idempotency_conflict`);
  assert.equal(body.title, refusalCodes.idempotency_conflict.title);
  const anchored = rendered('ietf', { code: 'idempotency_conflict' }, { documentationUrl: '/docs#keys' });
  assert.equal(anchored.body.type, '/docs#keys');
});

test('a problem without a separate type is about:blank, with the title of its status', () => {
  for (const refusal of refusals) {
    const { status, body } = rendered('ietf', refusal);
    assert.deepEqual(
      [body.type, body.title],
      ['about:blank', STATUS_CODES[status]?.replace('Payload', 'Content').replace('Entity', 'Content')],
      refusal.code,
    );
  }
});

test('acp: a flat error with three members, and the request id in a header', () => {
  for (const refusal of refusals) {
    const { headers, body } = rendered('acp', refusal);
    assert.deepEqual(Object.keys(body), ['type', 'code', 'message']);
    assert.equal(headers['request-id'], 'r-1');
  }
  const told = (refusal: Refusal) => {
    const { status, body } = rendered('acp', refusal);
    return [status, body.type, body.code];
  };
  assert.deepEqual(told({ code: 'idempotency_conflict' }), [422, 'invalid_request', 'idempotency_conflict']);
  assert.deepEqual(told({ code: 'idempotency_in_progress', retryAfterMs: 1 }), [
    409,
    'invalid_request',
    'idempotency_in_flight',
  ]);
  assert.deepEqual(told({ code: 'store_unavailable' }), [503, 'service_unavailable', 'store_unavailable']);
});

test('ucp: code and content, 409 for a conflict, 503 while the store fails', () => {
  const conflict = rendered('ucp', { code: 'idempotency_conflict' });
  assert.deepEqual([conflict.status, conflict.body.code], [409, 'idempotency_conflict']);
  assert.ok(conflict.body.content.length > 20);
  assert.equal(rendered('ucp', { code: 'store_unavailable' }).status, 503);
});

test('adcp: a code from the list of the protocol with its recovery, in both places, and nothing of the first request', () => {
  for (const refusal of refusals) {
    const { body } = rendered('adcp', refusal);
    assert.deepEqual(body.errors, [body.adcp_error], refusal.code);
    assert.match(body.adcp_error.recovery, /^(?:transient|correctable|terminal)$/);
  }
  const told = (refusal: Refusal) => rendered('adcp', refusal).body.adcp_error;
  assert.equal(
    told({ code: 'idempotency_key_expired', firstSeenAtMs: 0, location: '/x' }).code,
    'IDEMPOTENCY_EXPIRED',
  );
  const busy = told({ code: 'idempotency_in_progress', retryAfterMs: 1500 });
  assert.deepEqual([busy.code, busy.retry_after], ['IDEMPOTENCY_IN_FLIGHT', 2]);
});

test('adcp: the replay of a JSON object has one more member, and is otherwise unchanged', () => {
  const marked = (body: string | Uint8Array) =>
    Buffer.from(profiles.adcp.markReplay?.({ status: 200, headers: [], body }).body ?? '').toString();
  assert.equal(
    marked('{"amount":12.50, "big":12345678901234567890}\n'),
    '{"amount":12.50, "big":12345678901234567890,"replayed":true}\n',
  );
  assert.equal(marked(Buffer.from('{ }')), '{ "replayed":true}');
  for (const body of ['[1]', '"{}"', 'no json', '', '{"replayed":false}']) assert.equal(marked(body), body);
});

test('a refusal names the key in the terms of the API', () => {
  const keyPlace = { kind: 'member', path: ['request_id'], name: 'request_id', lookalikes: [] };
  const { body } = rendered('default', { code: 'idempotency_conflict' }, { keyPlace });
  assert.match(body.message, /^this request_id was used/);
  assert.match(
    rendered('default', { code: 'idempotency_key_required' }, { keyPlace }).body.message,
    /^send request_id in the JSON body/,
  );
});

test('the stripe profile answers as clients of Stripe expect', () => {
  const conflict = rendered('stripe', { code: 'idempotency_conflict' });
  assert.deepEqual([conflict.status, conflict.body.error.type], [400, 'idempotency_error']);
  const busy = rendered('stripe', { code: 'idempotency_in_progress', retryAfterMs: 1 });
  assert.deepEqual([busy.status, busy.body.error.code], [409, 'idempotency_key_in_use']);
  assert.equal(profiles.stripe.replayedHeader, 'idempotent-replayed');
});

test('the default profile gives problem details to a client that asks for them', () => {
  const { headers, body } = rendered(
    'default',
    { code: 'idempotency_conflict' },
    { accept: 'application/problem+json' },
  );
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(body.status, 409);
});

test('a wait is given in whole seconds, at least one', () => {
  const retryAfter = (retryAfterMs: number) =>
    rendered('default', { code: 'idempotency_in_progress', retryAfterMs }).headers['retry-after'];
  assert.deepEqual([retryAfter(1), retryAfter(1000), retryAfter(1001)], ['1', '1', '2']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPlace } from './key-options.ts';
import { profiles } from './profile.ts';
import { headersOf, membersOf, retryAfterSeconds } from './profiles/rendering.ts';
import { type Refusal, refusalCodes, refusalMessage, refusalStatus, refusalTitle } from './refusal.ts';

const context = { requestId: 'r-1', accept: undefined, documentationUrl: undefined };
const expired = { code: 'idempotency_key_expired', firstSeenAtMs: 0, location: '/x' } as const;
const unknown = (cause: Extract<Refusal, { readonly cause: unknown }>['cause']) =>
  ({ code: 'idempotency_outcome_unknown', cause }) as const;

/** What each refusal says, with its status, its type in Stripe's form, and its code in AdCP. */
const sayings: readonly (readonly [Refusal, number, string, string, string])[] = [
  [
    { code: 'idempotency_key_required' },
    400,
    'send the header Idempotency-Key; a UUIDv7 made once for each operation is best',
    'invalid_request_error',
    'INVALID_REQUEST correctable',
  ],
  [
    { code: 'invalid_idempotency_key', reason: 'the key is empty' },
    400,
    'Idempotency-Key: the key is empty',
    'invalid_request_error',
    'INVALID_REQUEST correctable',
  ],
  [
    { code: 'idempotency_key_in_future', serverTimeMs: 0 },
    400,
    'the key was made after 1970-01-01T00:00:00.000Z, the time of the server: correct the clock that makes the keys',
    'invalid_request_error',
    'INVALID_REQUEST correctable',
  ],
  [
    { code: 'idempotency_conflict' },
    409,
    'this Idempotency-Key was used for another request: a retry repeats the first one exactly, a new operation takes a new key',
    'idempotency_error',
    'IDEMPOTENCY_CONFLICT correctable',
  ],
  [
    { code: 'idempotency_in_progress', retryAfterMs: 1_500 },
    409,
    'the first request with this Idempotency-Key is still being executed: send it again later with the same key',
    'invalid_request_error',
    'IDEMPOTENCY_IN_FLIGHT transient',
  ],
  [
    unknown('abandoned'),
    409,
    'the first request with this Idempotency-Key was begun and never ended; it is not executed again: check whether it took effect',
    'idempotency_error',
    'IDEMPOTENCY_EXPIRED correctable',
  ],
  [
    unknown('lease_lost'),
    409,
    'this request was begun, and another one with the same Idempotency-Key has taken over: send it again with the same key',
    'idempotency_error',
    'SERVICE_UNAVAILABLE transient',
  ],
  [
    unknown('not_stored'),
    503,
    'this request was executed, and its answer could not be stored: send it again with the same key',
    'api_error',
    'SERVICE_UNAVAILABLE transient',
  ],
  [
    unknown('payment_pending'),
    503,
    'it is not known yet whether the payment of this request was settled: do not pay again, send the same request with the same payment later',
    'api_error',
    'SERVICE_UNAVAILABLE transient',
  ],
  [
    expired,
    410,
    'this Idempotency-Key was used before and its answer is not kept, or not any more; it is not executed again',
    'idempotency_error',
    'IDEMPOTENCY_EXPIRED correctable',
  ],
  [
    { ...expired, firstSeenAtMs: undefined },
    410,
    'this Idempotency-Key carries a time before which keys are no longer remembered: it may have been used, and is not executed; a new operation takes a new key',
    'idempotency_error',
    'IDEMPOTENCY_EXPIRED correctable',
  ],
  [
    { code: 'payload_too_large', bytesMax: 10 },
    413,
    'a body that comes with an Idempotency-Key may have 10 bytes; nothing was executed',
    'invalid_request_error',
    'INVALID_REQUEST correctable',
  ],
  [
    { code: 'http2_unsupported' },
    505,
    'the server takes a request with an Idempotency-Key over HTTP/1.1 only; nothing was executed: send it again over HTTP/1.1',
    'api_error',
    'INVALID_REQUEST correctable',
  ],
  [
    { code: 'caller_unknown' },
    500,
    'the server does not know whose key this is: the request has no tenant, and no address counts as one; nothing was executed',
    'api_error',
    'CONFIGURATION_ERROR terminal',
  ],
  [
    { code: 'store_unavailable' },
    503,
    'the store of idempotency keys cannot be reached; nothing was executed: send it again with the same key',
    'api_error',
    'SERVICE_UNAVAILABLE transient',
  ],
  [
    { code: 'store_full' },
    503,
    'there is no room for another Idempotency-Key; nothing was executed: send it again later with the same key',
    'api_error',
    'SERVICE_UNAVAILABLE transient',
  ],
  [
    { code: 'not_completed' },
    500,
    'the handler answered with success without completing the operation inside its transaction',
    'api_error',
    'CONFIGURATION_ERROR terminal',
  ],
];

test('each refusal says what happened and what the caller can do, in the form of each protocol', () => {
  for (const [refusal, status, message, stripeType, adcpCode] of sayings) {
    const body = (name: keyof typeof profiles) =>
      JSON.parse(String(profiles[name].render(refusal, context).body));
    assert.deepEqual([refusalStatus(refusal), refusalMessage(refusal)], [status, message]);
    const stripe = body('stripe');
    assert.deepEqual([stripe.error.type, stripe.error.message], [stripeType, message]);
    const { code, recovery, message: ofAdcp } = body('adcp').adcp_error;
    assert.deepEqual([`${code} ${recovery}`, ofAdcp], [adcpCode, message]);
    assert.deepEqual(body('adcp').errors, [body('adcp').adcp_error]);
    assert.deepEqual(body('ucp'), { code: refusal.code, content: message, requestId: 'r-1' });
    assert.equal(body('acp').message, message);
    assert.equal(body('ietf').detail, message);
  }
});

test('a message names the key as the API does', () => {
  const required = { code: 'idempotency_key_required' } as const;
  const said = (keyOf: unknown) => refusalMessage(required, keyPlace(keyOf)).split(';')[0];
  assert.equal(said({ header: 'X-Mine' }), 'send the header X-Mine');
  assert.equal(said({ body: ['meta', 'key'] }), 'send meta.key in the JSON body');
  assert.equal(
    said(() => 'key'),
    'send an idempotency key',
  );
  const conflict = { code: 'idempotency_conflict' } as const;
  assert.equal(
    refusalTitle(conflict, keyPlace({ header: 'X-Mine' })),
    'The X-Mine was used for another request',
  );
  assert.equal(refusalTitle(conflict), refusalCodes.idempotency_conflict.title);
});

test('a refusal says when a retry makes sense, and what is known of an expired key', () => {
  const inProgress = (retryAfterMs: number) => ({ code: 'idempotency_in_progress', retryAfterMs }) as const;
  const seconds = [0, 1, 1_000, 1_001].map((ms) => retryAfterSeconds(inProgress(ms)));
  assert.deepEqual(seconds, [1, 1, 1, 2]);
  assert.equal(retryAfterSeconds({ code: 'store_full' }), 1);
  assert.equal(retryAfterSeconds(expired), undefined);
  assert.deepEqual(headersOf(inProgress(1_500)), [['retry-after', '2']]);
  assert.deepEqual(headersOf(expired), [['link', '</x>; rel="related"']]);
  assert.deepEqual(headersOf({ ...expired, location: undefined }), []);
  assert.deepEqual(headersOf({ code: 'idempotency_conflict' }), []);
  assert.deepEqual(membersOf(expired), { firstSeenAt: '1970-01-01T00:00:00.000Z', location: '/x' });
  const nothingKnown = { ...expired, firstSeenAtMs: undefined, location: undefined };
  assert.deepEqual(membersOf(nothingKnown), { firstSeenAt: null, location: null });
  assert.deepEqual(membersOf({ code: 'idempotency_key_in_future', serverTimeMs: 0 }), {
    serverTime: '1970-01-01T00:00:00.000Z',
  });
  assert.deepEqual(membersOf({ code: 'store_full' }), {});
});

test('the protocols mark the kind and the code of a refusal in their own words', () => {
  const acp = (refusal: Refusal) => {
    const { status, body } = profiles.acp.render(refusal, context);
    const { type, code } = JSON.parse(String(body));
    return [status, type, code];
  };
  assert.deepEqual(acp({ code: 'idempotency_conflict' }), [422, 'invalid_request', 'idempotency_conflict']);
  assert.deepEqual(acp({ code: 'idempotency_in_progress', retryAfterMs: 1 }), [
    409,
    'invalid_request',
    'idempotency_in_flight',
  ]);
  assert.deepEqual(acp({ code: 'store_full' }), [503, 'service_unavailable', 'store_full']);
  assert.deepEqual(acp({ code: 'not_completed' }), [500, 'processing_error', 'not_completed']);
  assert.deepEqual(acp(unknown('abandoned')), [409, 'processing_error', 'idempotency_outcome_unknown']);
  const { status, body } = profiles.stripe.render({ code: 'idempotency_conflict' }, context);
  assert.deepEqual([status, 'code' in JSON.parse(String(body)).error], [400, false]);
});

test('adcp marks a replay inside its envelope, and changes nothing else of it', () => {
  const marked = (body: string) =>
    String(profiles.adcp.markReplay?.({ status: 200, headers: [], body }).body);
  assert.equal(marked('{ "a":1 }'), '{ "a":1 ,"replayed":true}');
  assert.equal(marked('{"replayed":false}'), '{"replayed":false}');
  assert.equal(marked('[1]'), '[1]');
});

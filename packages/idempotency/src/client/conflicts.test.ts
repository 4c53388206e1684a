import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdempotentFetch } from './idempotent-fetch.ts';
import { ManualFetch } from './test/manual-fetch.ts';
import { answer, type Step, scriptedServer } from './test/scripted-server.ts';
import { wasReplayed } from './was-replayed.ts';

/** Answers in the forms that APIs use, and whether the client retries after each. */
const answers = [
  {
    name: 'our 409 in progress',
    step: answer(409, { error: 'idempotency_in_progress', message: 'still being executed', requestId: 'r1' }),
    isRetried: true,
  },
  {
    name: 'our 409 in progress as problem details',
    step: answer(409, { type: 'about:blank', status: 409, code: 'idempotency_in_progress' }),
    isRetried: true,
  },
  {
    name: "Stripe's 409 in progress",
    step: answer(409, { error: { type: 'invalid_request_error', code: 'idempotency_key_in_use' } }),
    isRetried: true,
  },
  {
    name: 'a 409 with Retry-After',
    step: answer(409, 'busy', { 'retry-after': '1' }),
    isRetried: true,
  },
  {
    name: 'our conflict',
    step: answer(409, { error: 'idempotency_conflict', message: 'another request', requestId: 'r1' }),
    isRetried: false,
  },
  {
    name: 'a conflict with Retry-After',
    step: answer(409, { error: 'idempotency_conflict' }, { 'retry-after': '1' }),
    isRetried: false,
  },
  {
    name: 'an unknown outcome with Retry-After',
    step: answer(409, { code: 'idempotency_outcome_unknown' }, { 'retry-after': '1' }),
    isRetried: false,
  },
  {
    name: "Stripe's conflict, with Retry-After",
    step: answer(409, { error: { type: 'idempotency_error' } }, { 'retry-after': '1' }),
    isRetried: false,
  },
  {
    name: 'a 409 of the handler',
    step: answer(409, { error: 'already_reversed', message: 'reversed before', requestId: 'r1' }),
    isRetried: false,
  },
  { name: 'a 409 that is not JSON', step: answer(409, '{"error":'), isRetried: false },
  { name: 'a 409 whose JSON is null', step: answer(409, 'null'), isRetried: false },
  {
    name: 'a recorded 500',
    step: answer(500, '', { 'idempotent-replayed': 'true' }),
    isRetried: false,
  },
  {
    name: 'a recorded 409 in progress',
    step: answer(409, { error: 'idempotency_in_progress' }, { 'idempotency-replayed': 'true' }),
    isRetried: false,
  },
  {
    name: 'a 500 with Stripe-Should-Retry: false',
    step: answer(500, '', { 'stripe-should-retry': 'false' }),
    isRetried: false,
  },
  {
    name: 'a 402 with Stripe-Should-Retry: true',
    step: answer(402, '', { 'stripe-should-retry': 'true' }),
    isRetried: true,
  },
] as const;

for (const { name, step, isRetried } of answers) {
  test(`${name} is ${isRetried ? 'retried' : 'returned'}`, async (t) => {
    const { url, seen } = await scriptedServer(t, step, step, answer(201));
    const manual = new ManualFetch();
    const idempotentFetch = createIdempotentFetch({ fetch: manual.fetch, clock: manual });
    const response = await idempotentFetch(url, { method: 'POST', body: '{}' });
    assert.equal(seen.length, isRetried ? 3 : 1);
    assert.equal(response.status === 201, isRetried);
    assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  });
}

test('the caller can read a conflict that the client has read already', async (t) => {
  const conflict = { error: 'idempotency_conflict', message: 'another request', requestId: 'r1' };
  const { url } = await scriptedServer(t, answer(409, conflict));
  const response = await createIdempotentFetch()(url, { method: 'POST', body: '{}' });
  assert.deepEqual(await response.json(), conflict);
});

test('a charge on a Stripe-like API is made once, no matter what fails in between', async (t) => {
  const charges = new Map<string | undefined, string>();
  const cut: Step = ({ key, body }, response) => {
    charges.set(key, body.toString());
    response.socket?.resetAndDestroy();
  };
  const inUse = answer(409, {
    error: { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'in use' },
  });
  const replay: Step = ({ key }, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'idempotent-replayed': 'true' });
    response.end(JSON.stringify({ id: 'ch_1', sent: charges.get(key) }));
  };
  const { url, seen } = await scriptedServer(t, cut, inUse, answer(429), replay);
  const manual = new ManualFetch();
  const idempotentFetch = createIdempotentFetch({ fetch: manual.fetch, clock: manual });
  const response = await idempotentFetch(`${url}/v1/charges`, {
    method: 'POST',
    body: new URLSearchParams({ amount: '1000', currency: 'usd' }),
  });
  assert.equal(wasReplayed(response), true);
  assert.deepEqual(await response.json(), { id: 'ch_1', sent: 'amount=1000&currency=usd' });
  assert.equal(charges.size, 1);
  assert.equal(seen.length, 4);
  assert.equal(seen[0]?.headers['content-type'], 'application/x-www-form-urlencoded;charset=UTF-8');
});

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import Stripe from 'stripe';
import { serveBlock } from '../harness/page-modules.ts';
import { charge, exporting, type Run, serves } from '../harness/runs.ts';

interface LambdaAnswer {
  readonly statusCode: number;
  readonly body: string;
}

/** Sends API Gateway events to a handler: the first one, its retry, and another body under the same key. */
const lambda = exporting(async ({ handler }) => {
  if (typeof handler !== 'function') assert.fail('there is no handler');
  const invoke = async (amount: string): Promise<LambdaAnswer> => {
    const answer: unknown = await handler(eventOf(JSON.stringify({ amount })), {});
    return { statusCode: Object(answer).statusCode, body: Object(answer).body };
  };
  const [first, retry, other] = [await invoke('12.50'), await invoke('12.50'), await invoke('99.00')];
  assert.deepEqual([first.statusCode, retry.statusCode, other.statusCode], [201, 201, 409]);
  assert.equal(retry.body, first.body);
});

function eventOf(body: string): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/charges',
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'idempotency-key': 'order-1842',
      'x-api-key': 'secret-of-acme',
    },
    requestContext: { http: { method: 'POST', path: '/charges', sourceIp: '203.0.113.7' } },
    body,
    isBase64Encoded: false,
  };
}

const graphql = serves(async (url) => {
  const mutate = (amount: number, key: string) =>
    charge(url, { path: '/graphql', key, body: { query: `mutation { charge(amount: ${amount}) }` } });
  const [first, retry] = [await mutate(5, 'a'), await mutate(5, 'a')];
  assert.deepEqual([first.text, retry.text, retry.isReplay], ['{"data":{"charge":1}}\n', first.text, true]);
  assert.equal((await mutate(6, 'a')).status, 409);
  const declined = [await mutate(500, 'b'), await mutate(500, 'b')];
  assert.deepEqual(
    declined.map(({ status, isReplay, text }) => [status, isReplay, text.includes('declined')]),
    [
      [200, false, true],
      [200, false, true],
    ],
  );
});

async function stripeWebhook(t: TestContext, page: string, file: string): Promise<void> {
  const url = await serveBlock(t, page, file);
  const stripe = new Stripe('sk_test_123');
  const deliver = async (pending: number, secret = 'whsec_123') => {
    const payload = JSON.stringify({
      id: 'evt_1842',
      object: 'event',
      type: 'charge.succeeded',
      created: 1,
      pending_webhooks: pending,
    });
    const signature = await stripe.webhooks.generateTestHeaderStringAsync({ payload, secret });
    const headers = { 'Content-Type': 'application/json', 'Stripe-Signature': signature };
    return fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body: payload });
  };
  for (const pending of [2, 1]) assert.equal(await (await deliver(pending)).text(), '{"credited":1}');
  t.mock.method(console, 'error', () => undefined);
  assert.equal((await deliver(1, 'whsec_other')).status, 500);
}

const upload = serves(async (url) => {
  const send = async (text: string) => {
    const form = new FormData();
    form.append('receipt', new Blob([text], { type: 'text/plain' }), 'receipt.txt');
    const headers = { 'Idempotency-Key': 'order-1842' };
    const response = await fetch(`${url}/receipts`, { method: 'POST', headers, body: form });
    return { status: response.status, text: await response.text() };
  };
  const [first, retry, other] = [await send('one'), await send('one'), await send('two')];
  assert.deepEqual([first.status, retry.text, other.status], [201, first.text, 409]);
});

export const recipeRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/recipes.md': {
    'lambda.js': lambda,
    'hono-lambda.js': lambda,
    'graphql-app.ts': graphql,
    'stripe-webhook.js': stripeWebhook,
    'upload.js': upload,
  },
};

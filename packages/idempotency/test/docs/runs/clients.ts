import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import express from 'express';
import Stripe from 'stripe';
import { listening } from '../../adapters/harness/listening.ts';
import { startLosingServer } from '../harness/losing-server.ts';
import { serveBlock } from '../harness/page-modules.ts';
import { charge, prints, type Run } from '../harness/runs.ts';

/** For a client whose first answer is lost: it resends the request under the same key, and prints the first answer. */
function survivesALostAnswer(line: RegExp): Run {
  return async (t, page, file) => {
    const { url, counts } = await startLosingServer(t);
    await prints([line], () => Promise.resolve(url))(t, page, file);
    assert.deepEqual(counts, { charges: 1, requests: 2 });
  };
}

const printsAnswer = survivesALostAnswer(/^201 \{"charge":1,"amount":"12.50"\}$/);

/**
 * The page's handler calls Stripe, and Stripe's first answer is lost. Then the handler's own answer is lost, and its
 * client retries.
 */
async function payWithStripe(t: TestContext, page: string, file: string): Promise<void> {
  const keys: unknown[] = [];
  const stripe = express();
  stripe.post('/v1/payment_intents', (request, response) => {
    keys.push(request.headers['idempotency-key']);
    if (keys.length === 1) request.socket.destroy();
    else response.json({ id: 'pi_1', object: 'payment_intent' });
  });
  const atStripe = await listening(stripe);
  t.after(() => atStripe.close());
  const { fetch } = globalThis;
  const toStripe = (input: string | URL | Request, init?: RequestInit) => {
    // `fetch` sets the length itself. On Node 22, undici 8, which another page loads, rejects a second length.
    const headers = new Headers(init?.headers);
    headers.delete('content-length');
    const url = String(input).replace('https://api.stripe.com', `http://127.0.0.1:${atStripe.port}`);
    return fetch(url, { ...init, headers });
  };
  t.mock.method(globalThis, 'fetch', toStripe);
  const url = await serveBlock(t, page, file);
  const answers = [
    await charge(url, { body: { cents: 1250 } }),
    await charge(url, { body: { cents: 1250 } }),
  ];
  assert.deepEqual(
    answers.map(({ status, text, isReplay }) => [status, text, isReplay]),
    [
      [201, '{"intent":"pi_1"}', false],
      [201, '{"intent":"pi_1"}', true],
    ],
  );
  assert.equal(keys.length, 2);
  assert.match(String(keys[0]), /^[0-9a-f]{64}$/);
  assert.equal(keys[0], keys[1]);
}

/** Stripe's SDK against the API of the page. */
async function stripeLikeApi(t: TestContext, page: string, file: string): Promise<void> {
  const { hostname, port } = new URL(await serveBlock(t, page, file));
  const stripe = new Stripe('sk_test_123', { host: hostname, port, protocol: 'http' });
  const pay = (amount: number) =>
    stripe.paymentIntents.create({ amount, currency: 'eur' }, { idempotencyKey: 'order-1842' });
  const [first, retry] = [await pay(1250), await pay(1250)];
  assert.equal(first.amount, 1250);
  assert.equal(retry.id, first.id);
  assert.equal(retry.lastResponse.headers['idempotent-replayed'], 'true');
  await assert.rejects(pay(9900), Stripe.errors.StripeIdempotencyError);
  assert.notEqual((await stripe.paymentIntents.create({ amount: 1, currency: 'eur' })).id, first.id);
}

export const clientRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/use-your-http-client.md': {
    'with-axios.js': survivesALostAnswer(/^201 12\.50$/),
    'with-ky.js': printsAnswer,
    'with-retries-of-ky.js': printsAnswer,
    'with-got.js': printsAnswer,
    'with-undici.js': printsAnswer,
    'pay-with-stripe.js': payWithStripe,
    'stripe-like-api.js': stripeLikeApi,
  },
};
